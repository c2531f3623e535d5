"""Two ways to do the same work, timed in turns, so that a slow minute of the machine hits both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.memory import peak_mib

Work = Callable[[], object]


@dataclass(frozen=True)
class Comparison:
    """Median seconds of our way and of the plain way for `count` units of work."""

    name: str
    plain: str  # what the plain way is
    unit: str
    count: int
    ours_s: float
    plain_s: float
    peak_mib: float | None = None  # what our way held more than before, over all processes, where that is of interest

    @property
    def ratio(self) -> float:
        """How many times faster ours is."""
        return self.plain_s / self.ours_s

    def to_line(self) -> str:
        """Return one line of the table: rates and their ratio."""
        ours, plain = self.count / self.ours_s, self.count / self.plain_s
        held = "" if self.peak_mib is None else f"; ours at most {self.peak_mib:,.0f} MiB"
        rates = f"{ours:>9.1f} {plain:>9.1f} {self.unit + '/s':<10} {self.ratio:>6.2f} x"
        return f"{self.name:<44} {rates}  {self.plain}{held}"


def compare(
    name: str, plain_name: str, unit: str, count: int, ours: Work, plain: Work, rounds: int, *, memory: bool = False
) -> Comparison:
    """Time both ways in turns, after one untimed turn each, and keep the medians; with `memory`, watch ours in its."""
    peak = peak_mib(ours) if memory else None
    if not memory:
        ours()
    plain()
    ours_s, plain_s = [], []
    for _ in range(rounds):
        ours_s.append(seconds(ours))
        plain_s.append(seconds(plain))
    return Comparison(name, plain_name, unit, count, statistics.median(ours_s), statistics.median(plain_s), peak)


def seconds(work: Work) -> float:
    """Return how long some work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
