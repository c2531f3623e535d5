"""The drive that every training run shares: step, tick, save, resume, end."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any, Protocol

from torch import Tensor

from lesionlab.core.errors import RunError
from lesionlab.core.progress import Progress
from lesionlab.models.weights import load_state, save_state
from lesionlab.records.run import RunFolder
from lesionlab.training.interrupt import deferred_interrupt
from lesionlab.training.running_out import check_room, telling_what_ran_out


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

    @property
    def finished(self) -> bool:
        """Whether no step is left to take."""

    def tick(self, run: RunFolder, figures: Mapping[str, float]) -> dict[str, float]:
        """Look at itself: sheets, validation; return further figures to record. Must not change the steps to come.

        `figures` are the means of the steps' figures since the last tick.
        """

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


def drive(run: RunFolder, trainee: Trainee, progress: Progress, *, end: bool = False) -> float:
    """Train from the run's state, or from the start, until the trainee is finished; return the seconds spent in all.

    With `end` no step is taken: the trainee is as the run's state has it. Ctrl-C ends the step, saves the state and is
    passed on as KeyboardInterrupt.

    Raises:
        RunError: the state is damaged, a figure is no longer finite, or disk or memory are full (the last good state
            stays); another process trains the run; with `end`, there is no state.
    """
    with run.trained_by_this_process():
        return _as_it_stands(run, trainee) if end else _drive(run, trainee, progress)


def _drive(run: RunFolder, trainee: Trainee, progress: Progress) -> float:
    sums, seconds = _resume(run, trainee) if run.state.is_file() else _begin(run, trainee)
    saved = time.monotonic()
    begun = saved - seconds  # as if all that was spent before had been spent just now
    next_tick = _next_tick(trainee)
    progress(trainee.kimg, trainee.total_kimg)  # a rate needs a start
    latest: dict[str, float] = {}
    with deferred_interrupt() as interrupt, telling_what_ran_out(run):
        while not trainee.finished and not interrupt.asked:
            sums.add(trainee.step())
            if trainee.kimg >= next_tick or trainee.finished:
                latest |= _tick(run, trainee, sums, time.monotonic() - begun)
                sums, next_tick = Sums(), _next_tick(trainee)
                progress(trainee.kimg, trainee.total_kimg, **latest)
            if time.monotonic() - saved >= trainee.state_seconds:
                _save(run, trainee, sums, time.monotonic() - begun)
                saved = time.monotonic()
        _save(run, trainee, sums, time.monotonic() - begun)
    if interrupt.asked:
        raise KeyboardInterrupt
    return time.monotonic() - begun


def _as_it_stands(run: RunFolder, trainee: Trainee) -> float:
    if not run.state.is_file():
        raise RunError(f"{run.path.name} has no state yet: there is nothing to export.", "Let it train for a while.")
    _, seconds = _resume(run, trainee)
    return seconds


def save_beginning(run: RunFolder, trainee: Trainee) -> None:
    """Save the state that a run begins with, where its weights are not fresh ones: it can be resumed from there on.

    Raises:
        RunError: the disk cannot hold what the run will write.
    """
    check_room(run, trainee.state())
    with telling_what_ran_out(run):
        _save(run, trainee, Sums(), 0.0)


def _next_tick(trainee: Trainee) -> float:
    return (math.floor(trainee.kimg / trainee.tick_kimg + 1e-9) + 1) * trainee.tick_kimg


def _tick(run: RunFolder, trainee: Trainee, sums: Sums, seconds: float) -> dict[str, float]:
    figures = sums.means()
    _refuse_non_finite(run, figures, trainee.kimg)
    figures |= trainee.tick(run, figures)
    run.add_stats({"kimg": round(trainee.kimg, 6), "seconds": round(seconds, 1), **figures})
    return figures


def _refuse_non_finite(run: RunFolder, figures: dict[str, float], kimg: float) -> None:
    bad = [name for name, value in figures.items() if not math.isfinite(value)]
    if not bad:
        return
    kept = "the last good state is kept" if run.state.is_file() else "no state was saved yet"
    raise RunError(
        f"{', '.join(bad)} became NaN or infinite before {kimg:.1f} kimg; {kept}.",
        "Start again with a lower learning rate, or with bf16=false"
        + (f"; --resume {run.path.name} --end exports what this run has." if run.state.is_file() else "."),
    )


def _save(run: RunFolder, trainee: Trainee, sums: Sums, seconds: float) -> None:
    if sums.steps:
        _refuse_non_finite(run, sums.means(), trainee.kimg)
    kept = {"steps": sums.steps, "values": sums.values}
    state = {"trainee": trainee.state(), "sums": kept, "seconds": seconds}
    save_state(run.state, {**state, "split_sha256": run.read().split_sha256})


def _begin(run: RunFolder, trainee: Trainee) -> tuple[Sums, float]:
    check_room(run, trainee.state())
    run.keep_stats_before(0.0)  # a run killed before its first state begins anew
    return Sums(), 0.0


def _resume(run: RunFolder, trainee: Trainee) -> tuple[Sums, float]:
    state, split = load_state(run.state), run.read().split_sha256
    if state.get("split_sha256", split) != split:
        raise RunError(
            f"{run.state} is of a run with split {state['split_sha256'][:12]}; this one began with {split[:12]}.",
            "Put the run's own state back, or start the run anew.",
        )
    try:
        trainee.restore(state["trainee"])
        sums = Sums()
        sums.steps, sums.values = state["sums"]["steps"], state["sums"]["values"]
    except (KeyError, RuntimeError, TypeError, ValueError) as error:
        raise RunError(
            f"{run.state} does not fit this run's options: {str(error).splitlines()[0]}",
            "It was written by another version or for other options: start the run anew.",
        ) from error
    run.keep_stats_before(trainee.kimg)
    return sums, float(state["seconds"])
