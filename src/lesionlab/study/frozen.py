"""The folder of a study of synthetic images: its protocol as it was frozen, its images, a record of each training."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lesionlab.core.errors import StudyError
from lesionlab.core.files import write_json, write_text
from lesionlab.core.home import studies_folder
from lesionlab.records.codec import from_plain, to_plain
from lesionlab.records.protocol import PROTOCOL_NAME, Protocol, Version, protocol_as_toml, read_protocol
from lesionlab.records.study_images import StudyImages, read_images, write_images
from lesionlab.records.study_strata import StudyStrata, read_strata
from lesionlab.records.tested import Tested, TestedRecord, read_tested, write_tested
from lesionlab.study.naming import alone, named, next_folder

FROZEN_NAME = "frozen.json"
RECORDS_NAME = "records"
LEDGER_NAME = "test-openings.csv"
KIND = "effect"


@dataclass(frozen=True)
class Frozen:
    """What a study may no longer change, and the protocols on the same data that were frozen before it."""

    version: Version
    images_sha256: str
    split_sha256: str
    classes: tuple[str, ...]
    earlier: tuple[Version, ...] = ()


@dataclass(frozen=True)
class FrozenStudy:
    """A study whose protocol is frozen."""

    path: Path
    protocol: Protocol
    frozen: Frozen
    images: StudyImages

    @property
    def ledger(self) -> Path:
        """The list of every opening of a test part."""
        return self.path / LEDGER_NAME

    @property
    def records(self) -> Path:
        """The folder of the records: small files that may be carried to another machine."""
        return self.path / RECORDS_NAME

    def tested(self) -> tuple[Tested, ...]:
        """Return the records that are there.

        Raises:
            StudyError: one is damaged, or of another protocol.
        """
        found = read_tested(self.records, self.images, self.frozen.classes)
        strange = [each.record.name for each in found if each.record.protocol_sha256 != self.protocol.sha256]
        if strange:
            raise StudyError(
                f"{len(strange)} records, such as {strange[0]}, are of another protocol.",
                "Carry them to the study that they are of.",
            )
        return found

    def strata(self) -> StudyStrata | None:
        """Return what is told of the images beside their diagnoses; None where nobody wrote it down.

        Raises:
            StudyError: it is damaged.
        """
        return read_strata(self.path)

    def add(self, record: TestedRecord, archive: bytes) -> None:
        """Write a record with its probabilities."""
        write_tested(self.records, record, archive)


def freeze(protocol: Protocol, images: StudyImages, split_sha256: str, classes: tuple[str, ...]) -> FrozenStudy:
    """Return the study of a protocol on these images: the one that was begun, or a new one, frozen now."""
    with alone() as parent:
        others = existing()
        for study in others:
            same = (study.protocol.sha256, study.images.sha256) == (protocol.sha256, images.sha256)
            if same and study.frozen.split_sha256 == split_sha256:
                return study
        earlier = tuple(study.frozen.version for study in others if study.protocol.data == protocol.data)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        frozen = Frozen(Version(protocol.sha256, now), images.sha256, split_sha256, classes, earlier)
        path = next_folder(parent, KIND)
        path.mkdir()
        write_images(path, images)
        write_text(path / PROTOCOL_NAME, protocol_as_toml(protocol))
        write_json(path / FROZEN_NAME, to_plain(frozen))
        return FrozenStudy(path, protocol, frozen, images)


def open_frozen(path: Path) -> FrozenStudy:
    """Return the study in a folder.

    Raises:
        StudyError: a file is missing or damaged, or the protocol or the images were changed after they were frozen.
    """
    try:
        plain = json.loads((path / FROZEN_NAME).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise StudyError(f"{path / FROZEN_NAME} is missing or damaged.", "Name the folder of a study.") from error
    frozen = from_plain(Frozen, plain, str(path / FROZEN_NAME), StudyError)
    protocol, images = read_protocol(path / PROTOCOL_NAME), read_images(path)
    if protocol.sha256 != frozen.version.protocol_sha256:
        raise StudyError(
            f"{path / PROTOCOL_NAME} was changed after it was frozen on {frozen.version.frozen_at}: it is "
            f"{protocol.sha256[:12]}, and was {frozen.version.protocol_sha256[:12]}.",
            "Put it back, and run the changed protocol from a file of its own: that is another version.",
        )
    if images.sha256 != frozen.images_sha256:
        raise StudyError(f"The table of images in {path} was changed after it was frozen.", "Put it back.")
    return FrozenStudy(path, protocol, frozen, images)


def existing() -> list[FrozenStudy]:
    """Return the studies in the home folder, oldest first; damaged ones are passed over."""
    found = []
    for path in sorted(studies_folder().glob(f"*-{KIND}/{FROZEN_NAME}")):
        try:
            found.append(open_frozen(path.parent))
        except StudyError:
            continue
    return found


def find_frozen(name: str) -> FrozenStudy:
    """Return the study of synthetic images of this number, name or folder.

    Raises:
        StudyError: it is not there, or is damaged.
    """
    return named(name, FROZEN_NAME, open_frozen, existing(), "study of synthetic images")
