"""A table of predictions, CSV or Parquet, that goes on where it was stopped: a row is there in full or not at all."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType

from lesionlab.core.errors import DataError, InputError
from lesionlab.core.files import replacing, write_json
from lesionlab.core.locks import try_lock
from lesionlab.inference.prediction_parquet import check_parquet, parquet_rows, write_parquet
from lesionlab.inference.prediction_rows import TablePlan, file_name, line_of, plan_path, read_plan, row_in, row_of
from lesionlab.inference.prediction_stream import Answer
from lesionlab.records.codec import to_plain

CSV, PARQUET = ".csv", ".parquet"


class PredictionTable:
    """Rows that are added one by one to a hidden CSV beside the table; when all are there, it becomes the table.

    Within its block one process at a time may add. A table that is whole may be gone on with: rows are added to it.

    Raises:
        InputError: the name has another ending; on entering: another file is there, or a table of another plan.
        DataError: on entering: another process works on it, or it is damaged.
        MissingPartError: Parquet, and what it needs is not installed.
    """

    def __init__(self, path: Path, plan: TablePlan) -> None:
        if path.suffix.lower() not in (CSV, PARQUET) or path.is_dir():
            raise InputError(f"A table cannot be written to {path}.", f"Give a file that ends in {CSV} or {PARQUET}.")
        if path.suffix.lower() == PARQUET:
            check_parquet()
        self.path = path
        self.plan = plan
        self.done: set[str] = set()  # the files that have a row
        self.failed = 0  # rows that tell an error
        self._rows = path.with_name(f".{path.name}.rows")

    def __enter__(self) -> PredictionTable:
        """Take up what is there."""
        self._check()
        self._file = self._rows.open("a+b")
        self._lock = try_lock(self._file)
        if not self._lock.__enter__():
            self._file.close()
            raise DataError(f"Another process is filling {self.path}.", "Wait until it has ended.")
        try:
            self._recall()
        except BaseException:
            self._let_go()
            if self.path.exists():  # what was taken back of it; it is whole itself
                self._rows.unlink()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """Let go of the table, and put it in its place unless something failed."""
        self._let_go()
        if kind is None:
            self._finish()

    def lacks(self, paths: Iterable[Path]) -> list[Path]:
        """Return those files that have no row yet, in their order."""
        return [path for path in paths if file_name(path) not in self.done]

    def add(self, answer: Answer) -> None:
        """Add the row of one file."""
        row = row_of(answer, self.plan)
        self._write(row)
        self._count(row)

    def _check(self) -> None:
        """Refuse what is not ours to write, and write the plan where there is nothing yet."""
        begun = read_plan(self.path)
        if not (self.path.exists() or self._rows.exists()):
            write_json(plan_path(self.path), to_plain(self.plan))
        elif begun is None:
            raise InputError(
                f"{self.path} is there, and {plan_path(self.path).name}, which would tell what it holds, is not.",
                "Name another file; nothing was touched.",
            )
        elif begun != self.plan:
            other = ", ".join(name.replace("_", " ") for name in self.plan.differences(begun))
            raise InputError(
                f"{self.path} was begun with another {other}.",
                f"Name another file, or use what {plan_path(self.path).name} tells; nothing was touched.",
            )

    def _recall(self) -> None:
        """Count the rows that are there in full; what a killed process left of the next is cut off."""
        if self.path.exists() and not self._rows.stat().st_size:
            self._take_back()
        end = 0
        with self._rows.open("rb") as file:
            for line in file:
                row = row_in(line, self.plan)
                if row is None or (not end and tuple(row) != self.plan.columns):
                    break
                if end:
                    self._count(row)
                end += len(line)
        self._file.truncate(end)
        if not end:
            self._write(self.plan.columns)

    def _take_back(self) -> None:
        """Begin with the rows of a table that was whole."""
        for row in self._rows_there():
            self._write(row)

    def _rows_there(self) -> Iterator[Sequence[str]]:
        if self.path.suffix.lower() == PARQUET:
            yield self.plan.columns
            yield from parquet_rows(self.path, self.plan)
            return
        with self.path.open("rb") as file:
            for number, line in enumerate(file):
                row = row_in(line, self.plan)
                if row is None or (not number and tuple(row) != self.plan.columns):
                    raise DataError(
                        f"Line {number + 1} of {self.path} is not as it was written.",
                        "Name another file; nothing was touched.",
                    )
                yield row

    def _write(self, row: Sequence[str]) -> None:
        self._file.write(line_of(row))
        self._file.flush()

    def _count(self, row: Sequence[str]) -> None:
        self.done.add(row[0])
        self.failed += bool(row[-1])

    def _let_go(self) -> None:
        self._lock.__exit__(None, None, None)
        self._file.close()

    def _finish(self) -> None:
        if self.path.suffix.lower() == CSV:
            with self._rows.open("r+b") as written:  # Windows flushes only what is open for writing
                os.fsync(written.fileno())
            self._rows.replace(self.path)
            return
        with replacing(self.path) as beside, self._rows.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            next(rows)
            write_parquet(beside, self.plan, rows)
        self._rows.unlink()
