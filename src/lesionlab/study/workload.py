"""The work of a study: which trainings, generators and judges there are, stage by stage, and how long they take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from lesionlab.records.protocol import Protocol
from lesionlab.study.choosing import Choices
from lesionlab.study.trials import Trial, choosing_trials, confirming_trials, sweeping_trials

Stage = Literal["choice", "verdict", "sweeps"]


@dataclass(frozen=True, order=True)
class Place:
    """A fold and a share of its real images: what a generator, or a filter's classifier, belongs to."""

    share: float
    fold: int

    @property
    def name(self) -> str:
        """The name that its folders go by."""
        return f"{100 * self.share:g}pct-fold{self.fold}"


@dataclass(frozen=True)
class StageWork:
    """What one stage adds to those before it."""

    stage: Stage
    trials: tuple[Trial, ...]
    generators: tuple[Place, ...]
    judges: tuple[Place, ...]  # classifiers that filter synthetic images


@dataclass(frozen=True)
class Rates:
    """Seconds that one piece of work takes here."""

    training: float
    generator: float
    judge: float

    def of(self, work: StageWork) -> float:
        """Return the seconds that a stage takes in one process."""
        return len(work.trials) * self.training + len(work.generators) * self.generator + len(work.judges) * self.judge


def first_choices(protocol: Protocol) -> Choices:
    """Return the choices that work is counted by before any is made: the first candidate of each kind."""
    return Choices(protocol.of_role("real")[0].name, protocol.of_role("synthetic")[0].name)


def workload(protocol: Protocol, choices: Choices | None = None) -> tuple[StageWork, ...]:
    """Return the stages of a study in their order; before a choice, as if the first candidates were chosen."""
    chosen = choices or first_choices(protocol)
    found: list[StageWork] = []
    done: set[Trial] = set()
    made: set[tuple[str, Place]] = set()
    stages: tuple[tuple[Stage, tuple[Trial, ...]], ...] = (
        ("choice", (*choosing_trials(protocol, "real"), *choosing_trials(protocol, "synthetic"))),
        ("verdict", confirming_trials(protocol, chosen)),
        ("sweeps", sweeping_trials(protocol, chosen)),
    )
    for stage, trials in stages:
        left = tuple(trial for trial in trials if trial not in done)
        needed = {(kind, place) for trial in left for kind, place in _needs(protocol, trial)} - made
        found.append(StageWork(stage, left, _of("generator", needed), _of("judge", needed)))
        done |= set(left)
        made |= needed
    return tuple(found)


def _needs(protocol: Protocol, trial: Trial) -> Iterable[tuple[str, Place]]:
    arm, place = protocol.arm(trial.arm), Place(trial.share, trial.fold)
    if arm.shows_synthetic:
        yield "generator", place
    if arm.fill == "filtered":
        yield "judge", place


def _of(kind: str, needed: Iterable[tuple[str, Place]]) -> tuple[Place, ...]:
    return tuple(sorted(place for its, place in needed if its == kind))
