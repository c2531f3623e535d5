"""How a study of synthetic images stands: what is done, diverged, at work, stopped or left, and the hours to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from lesionlab.core.errors import StudyError
from lesionlab.records.run import OPTIONS_NAME, RunFolder
from lesionlab.records.tested import TestedRecord
from lesionlab.study.choosing import Choices, choose
from lesionlab.study.claims import claimed
from lesionlab.study.evidence import Findings
from lesionlab.study.frozen import FrozenStudy
from lesionlab.study.trials import Trial
from lesionlab.study.workload import Place, Stage, StageWork, workload

Fate = Literal["done", "diverged", "running", "stopped", "left"]


@dataclass(frozen=True)
class TrialState:
    """One training, and how it stands."""

    trial: Trial
    fate: Fate


@dataclass(frozen=True)
class GeneratorState:
    """One generator, how it stands, and the thousand images that it has seen."""

    place: Place
    fate: Fate
    kimg: float


@dataclass(frozen=True)
class StageState:
    """One stage: its trainings, its generators, and the seconds that are left; None: nothing was timed yet."""

    stage: Stage
    trials: tuple[TrialState, ...]
    generators: tuple[GeneratorState, ...]
    seconds_left: float | None

    @property
    def left(self) -> int:
        """Trainings that have no record yet."""
        return sum(each.fate not in ("done", "diverged") for each in self.trials)


@dataclass(frozen=True)
class StudyState:
    """A whole study; before its choice, what follows is counted as if the first candidates were chosen."""

    stages: tuple[StageState, ...]
    choices: Choices | None

    def stage(self, name: Stage) -> StageState:
        """Return a stage by its name."""
        return next(stage for stage in self.stages if stage.stage == name)


def state_of(study: FrozenStudy) -> StudyState:
    """Return how a study stands; it may be at work meanwhile.

    Hours are those that trainings and generators took so far, on whatever machines.

    Raises:
        StudyError: a record is damaged.
    """
    tested = study.tested()
    records = {each.record.name: each.record for each in tested}
    choices = _chosen(Findings(study.images, study.frozen.classes, tested), study)
    pace = _pace(study, list(records.values()))
    stages = (_stage(study, work, records, pace) for work in workload(study.protocol, choices))
    return StudyState(tuple(stages), choices)


def _chosen(findings: Findings, study: FrozenStudy) -> Choices | None:
    try:
        return choose(findings, study.protocol)
    except StudyError:
        return None


def _stage(
    study: FrozenStudy, work: StageWork, records: dict[str, TestedRecord], pace: tuple[float | None, float | None]
) -> StageState:
    trials = tuple(TrialState(trial, _fate(study, trial, records)) for trial in work.trials)
    left = [each.trial for each in trials if each.fate not in ("done", "diverged")]
    places = {Place(trial.share, trial.fold) for trial in left if study.protocol.arm(trial.arm).shows_synthetic}
    generators = tuple(_generator(study, place, needed=place in places) for place in work.generators)
    return StageState(work.stage, trials, generators, _seconds(study, work, generators, len(left), pace))


def _seconds(
    study: FrozenStudy,
    work: StageWork,
    generators: Sequence[GeneratorState],
    left: int,
    pace: tuple[float | None, float | None],
) -> float | None:
    """Return the seconds that a stage still takes in one process; None where nothing like it was done yet."""
    total = float(study.protocol.generator.get("total_kimg", 0.0))
    kimg = sum(max(total - each.kimg, 0.0) for each in generators if each.fate != "done")
    judges = sum(not _run_done(study, "judges", place) for place in work.judges) if left else 0
    training, per_kimg = pace
    if (left and training is None) or (kimg and per_kimg is None):
        return None
    return (left + judges) * (training or 0.0) + kimg * (per_kimg or 0.0)


def _fate(study: FrozenStudy, trial: Trial, records: dict[str, TestedRecord]) -> Fate:
    if trial.name in records:
        return "diverged" if records[trial.name].diverged else "done"
    return "running" if claimed(study.path, trial.name) else "left"


def _generator(study: FrozenStudy, place: Place, *, needed: bool) -> GeneratorState:
    """Return how a generator stands; one that nothing here waits for is done, here or wherever the records are from."""
    run = _run(study, "generators", place)
    at_work = any(claimed(study.path, f"{kind}-{place.name}") for kind in ("raw", "filtered"))
    if not needed or (run is not None and run.done):
        return GeneratorState(place, "done", float(study.protocol.generator.get("total_kimg", 0.0)))
    seen = 0.0 if run is None else max((line["kimg"] for line in run.read_stats()), default=0.0)
    return GeneratorState(place, "running" if at_work else "left" if run is None else "stopped", seen)


def _run(study: FrozenStudy, kind: str, place: Place) -> RunFolder | None:
    there = sorted(path.parent for path in (study.path / kind / place.name).glob(f"*/{OPTIONS_NAME}"))
    return RunFolder(there[0]) if there else None


def _run_done(study: FrozenStudy, kind: str, place: Place) -> bool:
    run = _run(study, kind, place)
    return run is not None and run.done


def _pace(study: FrozenStudy, records: Sequence[TestedRecord]) -> tuple[float | None, float | None]:
    """Return the seconds of a training, and of a thousand images in a generator, as far as there are any.

    The median: the first training in a fold waits for its generator, and its time holds that of it.
    """
    training = median(record.seconds for record in records) if records else None
    rates = []
    for path in (study.path / "generators").glob(f"*/*/{OPTIONS_NAME}"):
        lines = RunFolder(path.parent).read_stats()
        if lines and lines[-1]["kimg"] > 0:
            rates.append(lines[-1]["seconds"] / lines[-1]["kimg"])
    return training, median(rates) if rates else None
