"""How a study stands: which runs are done, which have begun here, which are left, and how long they will take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from lesionlab.records.options import GanOptions
from lesionlab.records.study import AnyRecord, PlannedRun, StudyRecord
from lesionlab.study.folder import StudyFolder, is_of
from lesionlab.study.machine import machine
from lesionlab.study.options import options_of

Clock = Callable[[GanOptions], float]  # seconds for a thousand images


@dataclass(frozen=True)
class Standing:
    """One run: its state, the images it has seen, and the seconds that it still needs on this machine."""

    run: PlannedRun
    state: Literal["done", "begun", "left"]
    kimg: float
    seconds_left: float | None  # None: nobody has measured it
    record: StudyRecord | None = None


def record_of(run: PlannedRun, study: StudyFolder, records: Sequence[AnyRecord]) -> StudyRecord | None:
    """Return the record of a run, where it is done."""
    for record in records:
        if isinstance(record, StudyRecord) and is_of(record, run, study.plan):
            return record
    return None


def standing(study: StudyFolder, runs: Sequence[PlannedRun], threads: int, clock: Clock | None) -> list[Standing]:
    """Return how each of these runs stands.

    A thousand images take as long as they took in runs of the same arm on this machine; `clock` measures the others.
    """
    records = study.read()
    here = machine(threads)
    known: dict[str, float] = {}
    measuring = [r.measuring_seconds for r in records if isinstance(r, StudyRecord) and r.machine == here]
    for done in records:
        if isinstance(done, StudyRecord) and done.machine == here:
            known[done.arm] = done.seconds / study.plan.kimg  # its own kimg is where the best weights were
    extra = max(measuring, default=0.0)
    found = []
    for run in runs:
        record = record_of(run, study, records)
        if record is not None:
            found.append(Standing(run, "done", record.kimg, 0.0, record))
            continue
        if run.arm not in known and clock is not None:
            known[run.arm] = clock(options_of(study.plan, run, threads))
        begun = study.started(run)
        seen = max((line["kimg"] for line in begun.read_stats()), default=0.0) if begun else 0.0
        rate = known.get(run.arm)
        left = None if rate is None else rate * max(study.plan.kimg - seen, 0.0) + extra
        found.append(Standing(run, "begun" if begun else "left", seen, left))
    return found
