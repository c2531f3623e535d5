"""The outcome of a study as rows of words: the same for the page and for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from lesionlab.records.study import Arm
from lesionlab.study.ladder import without_of
from lesionlab.study.outcome import Figure, Outcome

NOT_YET = "-"
Value = Callable[[str, int], float | None]


@dataclass(frozen=True)
class Column:
    """A figure and how it is read off a run."""

    figure: Figure
    value: Value


@dataclass(frozen=True)
class Cell:
    """A mean over the seeds that are done, and each of them, in words."""

    mean: str
    seeds: str


@dataclass(frozen=True)
class Row:
    """One arm: its figures in the order of the columns, and those of the full recipe without it."""

    title: str
    source: str
    changes: str
    cells: tuple[Cell, ...]
    without: tuple[Cell, ...] = ()
    without_title: str = ""  # it may have to leave out more than this step


def rows(found: Outcome, columns: Sequence[Column]) -> tuple[Row, ...]:
    """Return a row a step, or a size, with the leave-one-out beside it where there is one."""
    return tuple(_row(found, arm, columns) for arm in found.plan.steps())


def _row(found: Outcome, arm: Arm, columns: Sequence[Column]) -> Row:
    name = without_of(arm.name) if arm.role == "step" else ""
    return Row(
        title=arm.title,
        source=arm.source,
        changes=", ".join(f"{key}={_plain(value)}" for key, value in arm.changes.items()),
        cells=_cells(found, arm.name, columns),
        without=_cells(found, name, columns) if name else (),
        without_title=_title_without(found, name, arm) if name else "",
    )


def _title_without(found: Outcome, name: str, step: Arm) -> str:
    """Return what the arm is called that leaves this step out; that of the last step is the step before it."""
    arm = found.plan.arm(name)
    return arm.title if arm.role == "without" else f"Without: {step.title}"


def _cells(found: Outcome, arm: str, columns: Sequence[Column]) -> tuple[Cell, ...]:
    return tuple(_cell(found, arm, column) for column in columns)


def _cell(found: Outcome, arm: str, column: Column) -> Cell:
    read = [column.value(arm, seed) for seed in found.plan.seeds]
    there = [value for value in read if value is not None]
    if not there:
        return Cell(NOT_YET, "")
    digits = column.figure.digits
    seeds = ", ".join(NOT_YET if value is None else f"{value:.{digits}f}" for value in read)
    return Cell(f"{fmean(there):.{digits}f}", seeds)


def ruler_rows(found: Outcome, figures: Sequence[Figure]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return a row a ruler: its name and its figures in the order given."""
    read = {figure.name: found.rulers(figure.name) for figure in figures}
    names = dict.fromkeys(name for of in read.values() for name in of)
    return tuple((name, tuple(_told(read[figure.name].get(name), figure) for figure in figures)) for name in names)


def _told(value: float | None, figure: Figure) -> str:
    return NOT_YET if value is None else f"{value:.{figure.digits}f}"


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)
