"""The monitor of a generator's training: when it looks, what it keeps, what it tells, and that a state holds it all."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch

from lesionlab.models.dcgan import Generator
from lesionlab.models.weights import load_state, save_state
from lesionlab.records.monitor import Ruler, read_monitor
from lesionlab.records.options import GanOptions
from lesionlab.records.run import RunFolder
from lesionlab.training.gan_monitor import GanMonitor
from lesionlab.training.gan_monitor_images import Look

HEALTHY = {"loss_d": 1.6, "loss_g": 0.4, "d_real": 0.3, "d_fake": -0.3}
RULER = Ruler(("space",), {"nv": 20, "mel": 10}, real=0.001, blurred=0.05, blur_px=2.0)


class Watched:
    """A training whose generator's first parameter says at which step it is."""

    def __init__(self, options: GanOptions) -> None:
        self.options, self.steps, self.total_kimg = options, 0, options.total_kimg
        torch.manual_seed(0)
        self.generator = Generator(options, 7)

    @property
    def kimg(self) -> float:
        return self.steps * self.options.batch_size / 1000

    def averaged_generator(self) -> Generator:
        with torch.no_grad():
            next(self.generator.parameters()).fill_(self.steps)
        return self.generator


@dataclass
class Told:
    """A yardstick that says what it is told to."""

    looks: list[Look]

    def ruler(self) -> Ruler:
        return RULER

    def look(self, generator: Generator) -> Look:
        return self.looks.pop(0)


def looks(kids: Sequence[float], diversity: float = 0.9) -> list[Look]:
    return [Look(kid, {"nv": diversity, "mel": diversity}) for kid in kids]


@pytest.fixture
def options(tiny_gan_options: GanOptions) -> GanOptions:
    return replace(tiny_gan_options, total_kimg=1.6, tick_kimg=0.16, kid_kimg=0.32)  # a tick in 10 steps, a look in 20


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path)


def train(monitor: GanMonitor, watched: Watched, run: RunFolder, ticks: int) -> list[dict[str, float]]:
    found = []
    for _ in range(ticks):
        watched.steps += 10
        found.append(monitor.tick(run, watched, HEALTHY))
    return found


def test_it_looks_every_kid_kimg_and_at_the_end(options, run):
    watched = Watched(replace(options, total_kimg=0.8))
    monitor = GanMonitor(watched.options, lambda: Told(looks([0.3, 0.2, 0.25])))
    found = train(monitor, watched, run, 5)
    assert [line.get("kid") for line in found] == [None, 0.3, None, 0.2, 0.25]
    assert found[1] == {"kid": 0.3, "diversity": pytest.approx(0.9), "diversity_least": 0.9}


def test_the_best_by_kid_is_kept_as_it_was_then(options, run):
    watched = Watched(options)
    monitor = GanMonitor(options, lambda: Told(looks([0.3, 0.1, 0.2])))
    train(monitor, watched, run, 6)
    best = monitor.record.best
    assert best is not None
    assert (best.step, best.kimg, best.kid) == (40, 0.64, 0.1)
    assert monitor.best_weights is not None
    assert float(next(iter(monitor.best_weights.values())).flatten()[0]) == 40
    assert read_monitor(run.path) == monitor.record
    assert monitor.record.ruler == RULER


def test_without_kid_the_losses_alone_are_heard_and_no_yardstick_is_made(options, run):
    def none() -> Told:
        raise AssertionError

    monitor = GanMonitor(replace(options, kid_kimg=0), none)
    assert train(monitor, Watched(options), run, 4) == [{}] * 4
    assert monitor.best_weights is None
    assert read_monitor(run.path) == monitor.record


def test_an_alarm_is_told_with_its_step_and_the_training_goes_on(options, run, caplog):
    watched = Watched(options)
    monitor = GanMonitor(options, lambda: Told([*looks([0.3]), *looks([0.2, 0.2], 0.05)]))
    with caplog.at_level(logging.WARNING):
        train(monitor, watched, run, 6)
    assert {alarm.kind for alarm in monitor.record.alarms} == {"diversity of nv", "diversity of mel"}
    assert all((alarm.since_step, alarm.step) == (40, 60) for alarm in monitor.record.alarms)
    assert "Collapse, step 60 (1.0 kimg), since step 40: The images of nv grow alike" in caplog.text
    assert not monitor.stopped


def test_an_alarm_ends_the_training_where_that_was_asked_for(options, run, caplog):
    options = replace(options, on_collapse="stop")
    monitor = GanMonitor(options, lambda: Told([*looks([0.3]), *looks([0.2, 0.2], 0.05)]))
    with caplog.at_level(logging.WARNING):
        train(monitor, Watched(options), run, 6)
    assert monitor.stopped
    assert "The training ends here." in caplog.text
    record = read_monitor(run.path)
    assert record is not None
    assert record.stopped


def test_a_resumed_monitor_goes_on_as_if_it_had_not_been_killed(options, run, tmp_path):
    kids = [0.3, 0.1, 0.2, 0.2]
    alone, watched = GanMonitor(options, lambda: Told([*looks(kids[:2]), *looks(kids[2:], 0.05)])), Watched(options)
    train(alone, watched, run, 8)
    killed, half = GanMonitor(options, lambda: Told(looks(kids[:2]))), Watched(options)
    train(killed, half, run, 5)
    save_state(tmp_path / "state.pt", {"monitor": killed.state()})
    resumed = GanMonitor(options, lambda: Told(looks(kids[2:], 0.05)))
    resumed.restore(load_state(tmp_path / "state.pt")["monitor"])
    train(resumed, half, run, 3)
    assert resumed.record == alone.record
    assert resumed.best_weights is not None
    assert alone.best_weights is not None
    assert all(torch.equal(value, alone.best_weights[name]) for name, value in resumed.best_weights.items())


def test_figures_go_to_tensorboard_where_that_was_asked_for(options, run, monkeypatch):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    options = replace(options, tensorboard=True)
    monitor = GanMonitor(options, lambda: Told(looks([0.3])))
    train(monitor, Watched(options), run, 2)
    events = EventAccumulator(str(run.path / "tensorboard")).Reload()
    assert [(event.step, round(event.value, 3)) for event in events.Scalars("loss_d")] == [(10, 1.6), (20, 1.6)]
    assert [(event.step, round(event.value, 3)) for event in events.Scalars("kid")] == [(20, 0.3)]
