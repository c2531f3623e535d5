"""The drive that every training run shares: step, tick, save, resume, end."""

from __future__ import annotations

import math
import time
from typing import Any, Protocol

from torch import Tensor

from lesionlab.core.errors import RunError
from lesionlab.core.progress import Progress
from lesionlab.models.weights import load_state, save_state
from lesionlab.records.run import RunFolder
from lesionlab.training.interrupt import deferred_interrupt


class Trainee(Protocol):
    """What the drive trains: a generator or a classifier with its optimisers."""

    total_kimg: float
    tick_kimg: float
    state_seconds: float

    @property
    def kimg(self) -> float:
        """Thousand images seen."""

    def step(self) -> dict[str, Tensor]:
        """Take one step and return its figures, as scalars still on the device."""

    def tick(self, run: RunFolder) -> dict[str, float]:
        """Look at itself: sheets, validation; return figures to record. Must not change what comes next."""

    def state(self) -> dict[str, Any]:
        """Return all that is needed to go on, as tensors and plain values."""

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a state."""


class Sums:
    """Sums of the steps' figures since the last tick; part of the state, so that a resumed tick is the same."""

    def __init__(self) -> None:
        self.steps = 0
        self.values: dict[str, Tensor] = {}

    def add(self, figures: dict[str, Tensor]) -> None:
        """Add one step's figures without waiting for the device."""
        self.steps += 1
        for name, value in figures.items():
            self.values[name] = self.values[name] + value.detach() if name in self.values else value.detach().clone()

    def means(self) -> dict[str, float]:
        """Return the means since the last tick."""
        return {name: float(value) / self.steps for name, value in self.values.items()}


def drive(run: RunFolder, trainee: Trainee, progress: Progress) -> float:
    """Train from the run's state, or from the start, to `total_kimg`; return the seconds spent in all.

    Ctrl-C ends the step, saves the state and is passed on as KeyboardInterrupt.

    Raises:
        RunError: the state is damaged, or a loss is no longer finite (the last good state stays).
    """
    sums, seconds = _resume(run, trainee) if run.state.is_file() else (Sums(), 0.0)
    saved = time.monotonic()
    begun = saved - seconds  # as if all that was spent before had been spent just now
    next_tick = _next_tick(trainee)
    progress(trainee.kimg, trainee.total_kimg)  # a rate needs a start
    with deferred_interrupt() as interrupt:
        while trainee.kimg < trainee.total_kimg and not interrupt.asked:
            sums.add(trainee.step())
            if trainee.kimg >= next_tick or trainee.kimg >= trainee.total_kimg:
                figures = _tick(run, trainee, sums, time.monotonic() - begun)
                sums, next_tick = Sums(), _next_tick(trainee)
                progress(trainee.kimg, trainee.total_kimg, **figures)
            if time.monotonic() - saved >= trainee.state_seconds:
                _save(run, trainee, sums, time.monotonic() - begun)
                saved = time.monotonic()
    _save(run, trainee, sums, time.monotonic() - begun)
    if interrupt.asked:
        raise KeyboardInterrupt
    return time.monotonic() - begun


def _next_tick(trainee: Trainee) -> float:
    return (math.floor(trainee.kimg / trainee.tick_kimg + 1e-9) + 1) * trainee.tick_kimg


def _tick(run: RunFolder, trainee: Trainee, sums: Sums, seconds: float) -> dict[str, float]:
    figures = sums.means()
    _refuse_non_finite(figures, trainee.kimg)
    figures |= trainee.tick(run)
    run.add_stats({"kimg": round(trainee.kimg, 6), "seconds": round(seconds, 1), **figures})
    return figures


def _refuse_non_finite(figures: dict[str, float], kimg: float) -> None:
    bad = [name for name, value in figures.items() if not math.isfinite(value)]
    if bad:
        raise RunError(
            f"{', '.join(bad)} became NaN or infinite before {kimg:.1f} kimg; the last good state is kept.",
            "Start again with a lower learning rate, or with bf16=false.",
        )


def _save(run: RunFolder, trainee: Trainee, sums: Sums, seconds: float) -> None:
    if sums.steps:
        _refuse_non_finite(sums.means(), trainee.kimg)
    kept = {"steps": sums.steps, "values": sums.values}
    save_state(run.state, {"trainee": trainee.state(), "sums": kept, "seconds": seconds})


def _resume(run: RunFolder, trainee: Trainee) -> tuple[Sums, float]:
    state = load_state(run.state)
    try:
        trainee.restore(state["trainee"])
        sums = Sums()
        sums.steps, sums.values = state["sums"]["steps"], state["sums"]["values"]
    except (KeyError, RuntimeError, ValueError) as error:
        raise RunError(
            f"{run.state} does not fit this run's options: {str(error).splitlines()[0]}",
            "It was written by another version or for other options: start the run anew.",
        ) from error
    run.keep_stats_before(trainee.kimg)
    return sums, float(state["seconds"])
