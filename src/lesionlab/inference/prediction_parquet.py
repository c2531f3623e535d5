"""Tables of predictions in Parquet, the only place that needs pyarrow."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from lesionlab.core.errors import DataError, MissingPartError
from lesionlab.core.in_order import batches
from lesionlab.inference.prediction_rows import DECIMALS, TablePlan

ROWS_AT_ONCE = 10_000  # the rows of a group: memory does not grow with the table


def check_parquet() -> None:
    """Refuse to begin what could not be written at the end.

    Raises:
        MissingPartError: pyarrow is not installed.
    """
    if importlib.util.find_spec("pyarrow") is None:
        raise MissingPartError(
            "Parquet needs 'pyarrow', which is not installed.",
            'Run `pip install "lesionlab[parquet]"`, or give --out a name that ends in .csv.',
        )


def write_parquet(path: Path, plan: TablePlan, rows: Iterable[list[str]]) -> None:
    """Write rows as Parquet: probabilities as float32, all else as text, null where a row has none."""
    import pyarrow
    from pyarrow import parquet

    kinds = [(name, pyarrow.float32() if _is_share(name) else pyarrow.string()) for name in plan.columns]
    schema = pyarrow.schema(kinds, {"lesionlab": f"{plan.software}. {plan.notice}"})
    with parquet.ParquetWriter(path, schema) as writer:
        for some in batches(rows, ROWS_AT_ONCE):
            columns = zip(plan.columns, zip(*some, strict=True), strict=True)
            values = [[_value(text, name) for text in column] for name, column in columns]
            writer.write_table(pyarrow.table(values, schema=schema))


def _value(text: str, column: str) -> Any:
    if not text:
        return None
    return float(text) if _is_share(column) else text


def _is_share(column: str) -> bool:
    return column.startswith("p_")


def parquet_rows(path: Path, plan: TablePlan) -> Iterator[list[str]]:
    """Yield the rows of a Parquet table as they were written.

    Raises:
        DataError: it is no such table.
    """
    import pyarrow
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(ROWS_AT_ONCE, columns=list(plan.columns)):
                for row in batch.to_pylist():
                    yield [_text(row[name]) for name in plan.columns]
    except (pyarrow.ArrowException, OSError, KeyError) as error:
        raise DataError(f"{path} is no table of predictions that can be gone on with.", "Name another file.") from error


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.{DECIMALS}f}" if isinstance(value, float) else value
