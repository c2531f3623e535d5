"""The folder of a study: its plan, its runs, a record of each finished one; any number of processes may work in it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from lesionlab.core.errors import StudyError
from lesionlab.core.home import studies_folder
from lesionlab.records.run import OPTIONS_NAME, RunFolder
from lesionlab.records.study import (
    PLAN_NAME,
    RECORDS_NAME,
    AnyRecord,
    Kind,
    PlannedRun,
    ReferenceRecord,
    StudyPlan,
    StudyRecord,
    read_plan,
    read_records,
    record_name,
    write_plan,
    write_record,
)
from lesionlab.study.claims import claim
from lesionlab.study.naming import alone, named, next_folder
from lesionlab.study.plan import identity


@dataclass(frozen=True)
class StudyFolder:
    """A study on this machine."""

    path: Path
    plan: StudyPlan

    @property
    def records(self) -> Path:
        """The folder of the records: small files that may be carried to another machine."""
        return self.path / RECORDS_NAME

    def runs(self, run: PlannedRun) -> Path:
        """Return the folder in which the run folder of a planned run lies."""
        return self.path / "runs" / f"{run.arm}-seed{run.seed}"

    def started(self, run: PlannedRun) -> RunFolder | None:
        """Return the run folder of a planned run, where it has begun here."""
        there = sorted(path.parent for path in self.runs(run).glob(f"*/{OPTIONS_NAME}"))
        return RunFolder(there[0]) if there else None

    def read(self) -> tuple[AnyRecord, ...]:
        """Return every record that is there and belongs to the plan."""
        return tuple(record for record in read_records(self.records) if belongs(record, self.plan))

    def add(self, record: AnyRecord) -> Path:
        """Write a record."""
        return write_record(self.records, record)

    def take_in(self, folder: Path) -> tuple[int, int]:
        """Copy the records of runs of this plan that were done elsewhere; return how many are new, how many foreign.

        Raises:
            StudyError: the folder holds no record, or a damaged one.
        """
        there = read_records(folder)
        if not there:
            raise StudyError(f"{folder} holds no records.", f"Name the folder {RECORDS_NAME}/ of a study.")
        known = {record_name(record) for record in self.read()}
        mine = [named for record in there if (named := self._named(record)) is not None]
        new = [record for record in mine if record_name(record) not in known]
        for record in new:
            self.add(record)
        return len(new), len(there) - len(mine)

    def _named(self, record: AnyRecord) -> AnyRecord | None:
        """Return a record under the name that its run has in this plan; None where it is of no run of it."""
        if isinstance(record, ReferenceRecord):
            return record if belongs(record, self.plan) else None
        for run in self.plan.runs:
            if is_of(record, run, self.plan) and belongs(record, self.plan):
                return replace(record, arm=run.arm)
        return None

    def claim(self, name: str) -> AbstractContextManager[bool]:
        """Yield whether this process may work on what goes by a name; it may until the block, or the process, ends."""
        return claim(self.path, name)


def belongs(record: AnyRecord, plan: StudyPlan) -> bool:
    """Return whether a record is of a run of this plan, or of what such runs are held against."""
    if record.split_sha256 != plan.split_sha256 or record.judge != plan.judge:
        return False
    if isinstance(record, ReferenceRecord):
        return record.image_size_px == plan.image_size_px and any(
            (run.groups_sha256, run.seed) == (record.groups_sha256, record.seed) for run in plan.runs
        )
    return any(is_of(record, run, plan) for run in plan.runs)


def is_of(record: AnyRecord, run: PlannedRun, plan: StudyPlan) -> bool:
    """Return whether a record is that of a planned run: same images, options and seed, under whatever name."""
    if not isinstance(record, StudyRecord) or (record.groups_sha256, record.seed) != (run.groups_sha256, run.seed):
        return False
    return identity(record.options) == identity(plan.arm(run.arm).options)


def open_study(plan: StudyPlan, *, anew: bool = False) -> StudyFolder:
    """Return the newest study of this very plan, or a new one."""
    with alone() as parent:
        same = [study for study in existing() if study.plan == plan]
        if same and not anew:
            return same[-1]
        path = next_folder(parent, plan.kind)
        write_plan(path, plan)
        return StudyFolder(path, plan)


def find_study(name: str, kind: Kind | None = None) -> StudyFolder:
    """Return the study of this number, name or folder; it keeps a plan of its own.

    Raises:
        StudyError: it is not there, or is of another kind.
    """
    study = named(name, PLAN_NAME, lambda path: StudyFolder(path, read_plan(path)), existing(), "study")
    if kind is not None and study.plan.kind != kind:
        raise StudyError(
            f"{study.path.name} is a study of kind '{study.plan.kind}', not '{kind}'.", "Name another one."
        )
    return study


def copy_study(study: StudyFolder, folder: Path) -> StudyFolder:
    """Write the plan of a study and its records into another folder: all that its report is made from.

    Raises:
        StudyError: the folder holds another study.
    """
    there = folder / PLAN_NAME
    if there.is_file() and read_plan(folder) != study.plan:
        raise StudyError(f"{folder} holds a study with another plan.", f"Name another folder, or remove {there}.")
    write_plan(folder, study.plan)
    copy = StudyFolder(folder, study.plan)
    for record in study.read():
        copy.add(record)
    return copy


def existing() -> list[StudyFolder]:
    """Return the studies in the home folder, oldest first; those of other versions are passed over."""
    found = []
    for path in sorted(studies_folder().glob(f"*/{PLAN_NAME}")):
        try:
            found.append(StudyFolder(path.parent, read_plan(path.parent)))
        except StudyError:
            continue
    return found
