"""What a study plans and what its runs found: the records that its figures and pages are made from."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from lesionlab.core.errors import StudyError
from lesionlab.core.files import write_json
from lesionlab.records.codec import from_plain, to_plain

Record = TypeVar("Record")

STUDY_VERSION = 1
PLAN_NAME = "study.json"
RECORDS_NAME = "records"
Kind = Literal["ladder", "sizes"]


@dataclass(frozen=True)
class Arm:
    """One thing to try: its options without the seed, and what it is other in than the arm that it is `of`."""

    name: str
    title: str
    role: Literal["step", "without", "size"]
    options: dict[str, Any]
    changes: dict[str, Any] = field(default_factory=dict)
    source: str = ""  # the paper that it comes from
    of: str = ""  # for "without": the step that is left out
    images: int = 0  # for "size": training images asked for; 0: all of them


@dataclass(frozen=True)
class PlannedRun:
    """One arm with one seed, and the exact list of real images it trains on."""

    arm: str
    seed: int
    groups_sha256: str  # of their list, as groups.csv in an export has it
    images: int


@dataclass(frozen=True)
class StudyPlan:
    """A study before its first run; everything that may change a figure is fixed here."""

    kind: Kind
    data: str
    split_sha256: str
    classes: tuple[str, ...]
    image_size_px: int
    kimg: float
    seeds: tuple[int, ...]
    arms: tuple[Arm, ...]
    runs: tuple[PlannedRun, ...]
    judge: dict[str, Any]  # options of the classifier that is trained on synthetic images
    command: str = field(default="", compare=False)  # that plans it; one plan may be asked for in several ways
    version: int = STUDY_VERSION

    def arm(self, name: str) -> Arm:
        """Return the arm of this name."""
        return next(arm for arm in self.arms if arm.name == name)

    def steps(self) -> tuple[Arm, ...]:
        """Return the arms that stand one on the other, or the sizes, in order."""
        return tuple(arm for arm in self.arms if arm.role != "without")


@dataclass(frozen=True)
class Measured:
    """One figure with its protocol: n, its unit, and the feature space by name and head of hash where there is one."""

    name: str
    value: float
    n: int
    unit: Literal["images", "lesions"] = "images"
    space: str = ""
    ruler: str = ""  # in a reference: what was put in the place of synthetic images


@dataclass(frozen=True)
class StudyRecord:
    """A finished run: what it was, what came out, where and how long it took."""

    kind: Literal["run"]
    study: Kind
    arm: str
    seed: int
    data: str
    split_sha256: str
    groups_sha256: str
    images: int
    options: dict[str, Any]  # as planned; those of later versions are not among them
    judge: dict[str, Any]
    part: str
    measured: tuple[Measured, ...]
    weights_sha256: str
    kimg: float  # at which the exported weights were, if its monitor chose them: those of the lowest KID
    seconds: float  # of the whole training
    measuring_seconds: float
    machine: str
    versions: dict[str, str]
    command: str
    finished: str  # the day, UTC
    version: int = STUDY_VERSION


@dataclass(frozen=True)
class ReferenceRecord:
    """What runs are held against: real images in the place of synthetic ones, on the same part and at the same n."""

    kind: Literal["reference"]
    data: str
    split_sha256: str
    groups_sha256: str
    images: int
    image_size_px: int
    seed: int
    judge: dict[str, Any]
    part: str
    measured: tuple[Measured, ...]
    seconds: float
    machine: str
    finished: str
    version: int = STUDY_VERSION


AnyRecord = StudyRecord | ReferenceRecord


def record_name(record: AnyRecord) -> str:
    """Return the file name of a record."""
    if isinstance(record, StudyRecord):
        return f"{record.arm}-seed{record.seed}.json"
    return f"reference-{record.groups_sha256[:12]}-seed{record.seed}.json"


def write_record(folder: Path, record: AnyRecord) -> Path:
    """Write a record into a folder under its name, whole or not at all."""
    path = folder / record_name(record)
    write_json(path, to_plain(record))
    return path


def read_records(folder: Path) -> tuple[AnyRecord, ...]:
    """Read every record of a folder, in the order of their names.

    Raises:
        StudyError: one is damaged or of another version.
    """
    paths = (path for path in sorted(folder.glob("*.json")) if path.name != PLAN_NAME)
    return tuple(_read_record(path) for path in paths)


def _read_record(path: Path) -> AnyRecord:
    plain = _read(path, "Remove it: what it was of is done again.")
    if plain.get("kind") == "reference":
        return from_plain(ReferenceRecord, plain, str(path), StudyError)
    return from_plain(StudyRecord, plain, str(path), StudyError)


def write_plan(folder: Path, plan: StudyPlan) -> None:
    """Write `study.json` into a folder."""
    write_json(folder / PLAN_NAME, to_plain(plan))


def read_plan(folder: Path) -> StudyPlan:
    """Read `study.json` of a folder.

    Raises:
        StudyError: it is missing, damaged or of another version.
    """
    path = folder / PLAN_NAME
    return from_plain(StudyPlan, _read(path, "Begin a new study."), str(path), StudyError)


def _read(path: Path, cure: str) -> dict[str, Any]:
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise StudyError(f"There is no {path}.", "Give the folder of a study.") from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise StudyError(f"{path} is damaged: {error}.", cure) from error
    if not isinstance(plain, dict):
        raise StudyError(f"{path} holds no named values.", cure)
    if plain.get("version") != STUDY_VERSION:
        raise StudyError(
            f"{path} is of version {plain.get('version')}; this LesionLab reads version {STUDY_VERSION}.",
            "Use the LesionLab that wrote it, or do the study anew.",
        )
    return plain
