"""A confusion matrix made ready for a table: counts, shares of each row, and steps of heat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lesionlab.core.diagnoses import Diagnosis, describe

HEAT_STEPS = 9  # base.css has a class for each


@dataclass(frozen=True)
class Cell:
    """One count of the matrix, its share of the row, and its step of heat (0 to HEAT_STEPS)."""

    count: int
    share: float
    heat: int
    right: bool


@dataclass(frozen=True)
class Row:
    """All decisions for the lesions of one true diagnosis."""

    truth: Diagnosis
    total: int
    recall: float | None
    cells: tuple[Cell, ...]


def confusion_rows(classes: Sequence[str], confusion: Sequence[Sequence[int]]) -> tuple[Row, ...]:
    """Return the rows of a confusion matrix (rows: truth, columns: decision); none when there is no matrix."""
    if not confusion:
        return ()
    return tuple(_row(code, index, counts) for index, (code, counts) in enumerate(zip(classes, confusion, strict=True)))


def _row(code: str, index: int, counts: Sequence[int]) -> Row:
    total = sum(counts)
    cells = tuple(
        Cell(count, share := count / total if total else 0.0, round(share * HEAT_STEPS), column == index)
        for column, count in enumerate(counts)
    )
    return Row(describe(code), total, cells[index].share if total else None, cells)
