"""Everything wrong with a data set, gathered so that it is mended at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lesionlab.core.errors import DataError

SHOWN_IDS = 5


@dataclass(frozen=True)
class Problem:
    """Images that share one defect: how many, and which."""

    count: int
    ids: tuple[str, ...]


def gather(found: Mapping[str, Iterable[str]]) -> dict[str, Problem]:
    """Return the defects that occur, each with its ids in order."""
    problems = {}
    for defect, ids in found.items():
        ordered = tuple(sorted(ids))
        if ordered:
            problems[defect] = Problem(len(ordered), ordered)
    return problems


def refuse(problems: Mapping[str, Problem], source: str) -> None:
    """Raise one error that lists every defect with its count and first ids; do nothing when there is none.

    Raises:
        DataError: there are problems.
    """
    if not problems:
        return
    total = sum(problem.count for problem in problems.values())
    listed = "".join(f"\n  {problem.count:,} {defect}: {_first(problem.ids)}" for defect, problem in problems.items())
    raise DataError(
        f"{source} has {total:,} problem{'s' if total > 1 else ''}:{listed}.",
        "Mend them (download the missing or damaged files again), or go on without these images with --skip-bad.",
    )


def _first(ids: tuple[str, ...]) -> str:
    rest = len(ids) - SHOWN_IDS
    return ", ".join(ids[:SHOWN_IDS]) + (f" and {rest:,} more" if rest > 0 else "")
