"""What a staged training leaves: whether it was right about each tested lesion; `staged` stands in every file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lesionlab.core.errors import StudyError
from lesionlab.core.files import write_json
from lesionlab.records.codec import from_plain, to_plain
from lesionlab.study.naming import alone, named, next_folder
from lesionlab.study.theatre.plan import SCENES, StagedPlan

KIND = "theatre"
PLAN_NAME = "staged.json"
RECORDS_NAME = "staged-records"
LEDGER_NAME = "test-openings.csv"


@dataclass(frozen=True)
class StagedRecord:
    """One scene, fold and seed. It has nothing that a verdict could be made of, and no model stands behind it."""

    kind: Literal["staged"]
    plan_sha256: str
    scene: str
    fold: int
    seed: int
    real_sha256: str  # of the list of the classifier's real images
    real_images: int
    generator_sha256: str  # of the list of images that the generator saw
    generator_images: int
    planted: int  # images on the lists, or lesions of the test, that must not be there
    tested_sha256: str  # of the list of test images
    diagnoses: str  # of each tested lesion in turn
    right: str  # of each: 1 where the classifier is right
    diverged: bool
    seconds: float
    machine: str

    def __post_init__(self) -> None:
        """Refuse a record that is cut."""
        if self.scene not in SCENES or len(self.right) != len(self.diagnoses.split()) or set(self.right) - set("01"):
            raise StudyError(f"The staged record {self.name} is damaged.", "Remove it: that training is done again.")

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"staged-{self.scene}-fold{self.fold}-seed{self.seed}"


@dataclass(frozen=True)
class TheatreFolder:
    """The folder of a theatre: its plan, a record of each training, and the list of openings of test parts."""

    path: Path
    plan: StagedPlan

    @property
    def ledger(self) -> Path:
        """The list of every opening of a test part."""
        return self.path / LEDGER_NAME

    def records(self) -> tuple[StagedRecord, ...]:
        """Return the records that are there.

        Raises:
            StudyError: one is damaged, or of another plan.
        """
        return tuple(self._read(path) for path in sorted((self.path / RECORDS_NAME).glob("*.json")))

    def has(self, scene: str, fold: int, seed: int) -> bool:
        """Return whether a record is there."""
        return (self.path / RECORDS_NAME / f"staged-{scene}-fold{fold}-seed{seed}.json").is_file()

    def add(self, record: StagedRecord) -> None:
        """Write a record."""
        write_json(self.path / RECORDS_NAME / f"{record.name}.json", to_plain(record))

    def _read(self, path: Path) -> StagedRecord:
        try:
            plain = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise StudyError(f"{path} is damaged.", "Remove it: that training is done again.") from error
        record = from_plain(StagedRecord, plain, str(path), StudyError)
        if record.plan_sha256 != self.plan.sha256:
            raise StudyError(f"{path} is of another theatre.", "Put it where its plan is.")
        return record


def open_theatre(plan: StagedPlan) -> TheatreFolder:
    """Return the theatre of a plan: the one that was begun, or a new one."""
    with alone() as parent:
        for theatre in existing(parent):
            if theatre.plan == plan:
                return theatre
        path = next_folder(parent, KIND)
        path.mkdir()
        write_json(path / PLAN_NAME, to_plain(plan))
        return TheatreFolder(path, plan)


def find_theatre(name: str, parent: Path) -> TheatreFolder:
    """Return the theatre of this number, name or folder.

    Raises:
        StudyError: there is none; the latest are named.
    """
    return named(name, PLAN_NAME, read_theatre, existing(parent), "leak theatre")


def existing(parent: Path) -> Sequence[TheatreFolder]:
    """Return the theatres in a folder of studies, oldest first; damaged ones are passed over."""
    found = []
    for path in sorted(parent.glob(f"*-{KIND}/{PLAN_NAME}")):
        try:
            found.append(read_theatre(path.parent))
        except StudyError:
            continue
    return found


def read_theatre(path: Path) -> TheatreFolder:
    """Return the theatre in a folder.

    Raises:
        StudyError: its plan is missing or damaged.
    """
    try:
        plain = json.loads((path / PLAN_NAME).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise StudyError(f"{path / PLAN_NAME} is missing or damaged.", "Play it anew.") from error
    return TheatreFolder(path, from_plain(StagedPlan, plain, str(path / PLAN_NAME), StudyError))
