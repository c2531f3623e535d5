"""The drive of a training run, with a trainee that counts: steps, ticks, states, and what ends it."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from lesionlab.core.errors import RunError
from lesionlab.core.files import write_json
from lesionlab.core.progress import silent
from lesionlab.models.weights import load_state, save_state
from lesionlab.records.codec import to_plain
from lesionlab.records.run import OPTIONS_NAME, RunFolder, RunRecord
from lesionlab.training.drive import Sums, drive


class Counter:
    """Ten images a step; its figure is the number of the step."""

    total_kimg, tick_kimg, state_seconds = 0.1, 0.04, 1e9

    def __init__(self) -> None:
        self.steps = 0
        self.heard: list[Mapping[str, float]] = []

    @property
    def kimg(self) -> float:
        return self.steps / 100

    @property
    def finished(self) -> bool:
        return self.kimg >= self.total_kimg

    def step(self) -> dict[str, Tensor]:
        self.steps += 1
        return {"loss": torch.tensor(float(self.steps))}

    def tick(self, run: RunFolder, figures: Mapping[str, float]) -> dict[str, float]:
        self.heard.append(figures)
        return {"seen": float(self.steps)}

    def state(self) -> dict[str, Any]:
        return {"steps": self.steps}

    def restore(self, state: dict[str, Any]) -> None:
        self.steps = int(state["steps"])


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    record = RunRecord("generator", "tiny", "ab" * 32, "lesionlab gan train", {})
    write_json(tmp_path / OPTIONS_NAME, to_plain(record))
    return RunFolder(tmp_path)


def lines(run: RunFolder) -> list[dict[str, float]]:
    return [{name: value for name, value in line.items() if name != "seconds"} for line in run.read_stats()]


WHOLE = [
    {"kimg": 0.04, "loss": 2.5, "seen": 4.0},
    {"kimg": 0.08, "loss": 6.5, "seen": 8.0},
    {"kimg": 0.1, "loss": 9.5, "seen": 10.0},
]


def test_each_tick_records_the_mean_figures_since_the_last_and_what_the_trainee_saw(run):
    counter = Counter()
    told: list[float] = []
    seconds = drive(run, counter, lambda done, total, **figures: told.append(done))
    assert lines(run) == WHOLE
    assert [heard["loss"] for heard in counter.heard] == [2.5, 6.5, 9.5]
    assert told == [0, 0.04, 0.08, 0.1]
    assert seconds > 0
    assert load_state(run.state)["trainee"] == {"steps": 10}


def stop_after(run: RunFolder, counter: Counter, step: int) -> None:
    """Drive until Ctrl-C in this step."""
    take = counter.step

    def interrupted() -> dict[str, Tensor]:
        figures = take()
        if counter.steps == step:
            signal.raise_signal(signal.SIGINT)
        return figures

    counter.step = interrupted  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        drive(run, counter, silent)


@pytest.mark.parametrize("step", [1, 4, 6, 8])
def test_a_run_that_was_stopped_goes_on_to_the_same_lines(run, step):
    stop_after(run, Counter(), step)
    state = load_state(run.state)
    assert state["trainee"] == {"steps": step}
    counter = Counter()
    drive(run, counter, silent)
    assert counter.steps == 10
    assert lines(run) == WHOLE


def test_lines_written_after_the_last_state_are_written_anew(run):
    stop_after(run, Counter(), 5)
    run.add_stats({"kimg": 0.08, "loss": 99.0, "seconds": 1.0})
    drive(run, Counter(), silent)
    assert lines(run) == WHOLE


def test_seconds_go_on_from_those_of_the_state(run):
    stop_after(run, Counter(), 5)
    save_state(run.state, load_state(run.state) | {"seconds": 5000.0})
    assert drive(run, Counter(), silent) > 5000


class Poisoned(Counter):
    """Its figure is no number from step 7 on."""

    def step(self) -> dict[str, Tensor]:
        return super().step() | {"grad": torch.tensor(float("inf") if self.steps >= 7 else 1.0)}


def test_a_figure_that_is_not_finite_stops_before_it_gets_into_a_state(run):
    counter = Poisoned()
    counter.state_seconds = 1e-9  # a state after each step
    with pytest.raises(RunError, match="grad became NaN or infinite") as caught:
        drive(run, counter, silent)
    assert "the last good state is kept" in caught.value.cause
    assert f"--resume {run.path.name} --end exports what this run has" in caught.value.cure
    assert load_state(run.state)["trainee"] == {"steps": 6}
    assert [line["kimg"] for line in run.read_stats()] == [0.04]


def test_without_a_state_it_says_that_none_was_saved(run):
    with pytest.raises(RunError, match="no state was saved yet") as caught:
        drive(run, Poisoned(), silent)
    assert "--resume" not in caught.value.cure
    assert not run.state.exists()


@pytest.mark.parametrize("state", [{"seconds": 1.0}, {"trainee": {}, "sums": {}, "seconds": 1.0}])
def test_a_state_that_does_not_fit_is_refused_and_left_alone(run, state):
    save_state(run.state, state)
    before = run.state.read_bytes()
    with pytest.raises(RunError, match="does not fit this run's options"):
        drive(run, Counter(), silent)
    assert run.state.read_bytes() == before


def test_a_finished_run_takes_no_further_step(run):
    drive(run, Counter(), silent)
    counter = Counter()
    drive(run, counter, silent)
    assert counter.steps == 10
    assert lines(run) == WHOLE


def test_sums_are_means_over_the_steps_and_hold_no_graph():
    sums = Sums()
    for value in (1.0, 2.0, 6.0):
        sums.add({"loss": torch.tensor(value, requires_grad=True)})
    assert sums.means() == {"loss": 3.0}
    assert not sums.values["loss"].requires_grad


@pytest.mark.parametrize("end", [False, True])
def test_a_run_that_another_process_trains_is_left_alone(run, end):
    drive(run, Counter(), silent)
    before = run.state.read_bytes()
    with run.trained_by_this_process(), pytest.raises(RunError, match="Another process trains"):
        drive(run, Counter(), silent, end=end)
    assert run.state.read_bytes() == before
