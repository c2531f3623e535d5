"""Draw how long work goes on: a bar on a terminal, a line every few seconds elsewhere."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from lesionlab.core.progress import Progress

SECONDS_BETWEEN_LINES = 5.0


@contextmanager
def progress_bar(description: str, unit: str) -> Iterator[Progress]:
    """Yield a progress to report to; it shows done and total in `unit`, the rate, the time left and the figures."""
    if sys.stderr.isatty():
        with _bar(description, unit) as progress:
            yield progress
        return
    lines = _Lines(description, unit, sys.stderr)
    try:
        yield lines
    finally:
        lines.finish()


@contextmanager
def _bar(description: str, unit: str) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as RichProgress

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[text]}"),
        TimeElapsedColumn(),
    )
    with RichProgress(*columns, console=Console(stderr=True)) as drawn:
        task = drawn.add_task(description, total=None, text="")
        pace = _Pace()

        def report(done: float, total: float, **figures: float) -> None:
            pace.see(done)
            drawn.update(task, completed=done, total=total, text=_line(done, total, unit, pace, figures))

        yield report


class _Pace:
    """The rate since the first report: what a resumed run did before does not count."""

    def __init__(self) -> None:
        self._first: tuple[float, float] | None = None
        self.rate = 0.0

    def see(self, done: float) -> None:
        now = time.monotonic()
        if self._first is None:
            self._first = (now, done)
        started, before = self._first
        self.rate = (done - before) / (now - started) if now > started else 0.0


class _Lines:
    """The plain output for logs and pipes."""

    def __init__(self, description: str, unit: str, stream: TextIO) -> None:
        self._description = description
        self._unit = unit
        self._stream = stream
        self._pace = _Pace()
        self._printed_at = time.monotonic()
        self._waiting = ""

    def __call__(self, done: float, total: float, **figures: float) -> None:
        self._pace.see(done)
        self._waiting = _line(done, total, self._unit, self._pace, figures)
        if time.monotonic() - self._printed_at >= SECONDS_BETWEEN_LINES:
            self._print()

    def finish(self) -> None:
        if self._waiting:
            self._print()

    def _print(self) -> None:
        print(f"{self._description}: {self._waiting}", file=self._stream, flush=True)
        self._printed_at = time.monotonic()
        self._waiting = ""


def _line(done: float, total: float, unit: str, pace: _Pace, figures: dict[str, float]) -> str:
    parts = [f"{_number(done)}/{_number(total)} {unit}"]
    if pace.rate > 0:
        parts.append(f"{_number(pace.rate)} {unit}/s")
        if done < total:
            parts.append(f"{_duration((total - done) / pace.rate)} left")
    parts += [f"{name} {value:{',.0f' if float(value).is_integer() else '.3g'}}" for name, value in figures.items()]
    return "  ".join(parts)


def _number(value: float) -> str:
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _duration(seconds: float) -> str:
    whole = math.ceil(seconds)
    hours, minutes = divmod(whole // 60, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {whole % 60:02d} s" if minutes else f"{whole} s"
