"""What one classifier of a study said about every image that it was chosen on or tested on: the study's raw result."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import StudyError
from lesionlab.core.files import write_bytes, write_json
from lesionlab.records.codec import from_plain, to_plain
from lesionlab.records.study_images import IMAGES_NAME, StudyImages

TESTED_VERSION = 1
STEPS = 65535  # a probability is kept as a whole number of these parts: finer than any decision needs
PARTS = ("validation", "test")

Kept = NDArray[np.uint16]


@dataclass(frozen=True)
class TestedRecord:
    """One training of a study: an arm, a share of the real images, a fold and a seed."""

    __test__ = False  # no case of pytest

    protocol_sha256: str
    images_sha256: str  # of images.csv, whose order the probabilities follow
    arm: str
    share: float
    fold: int
    seed: int
    real_sha256: str  # of the exact list of real images that it may have seen
    real_images: int
    slots_sha256: str  # of what filled each slot, in order
    generator_sha256: str  # of the weights that made its synthetic images; blank where it saw none
    options: dict[str, Any]
    diverged: bool  # the losses were no numbers: it counts as one that knows how frequent the diagnoses are, no more
    probabilities_sha256: str
    kimg: float
    seconds: float
    machine: str
    versions: dict[str, str]
    command: str
    finished: str  # the day, UTC
    version: int = TESTED_VERSION

    @property
    def name(self) -> str:
        """The name of its files."""
        return tested_name(self.arm, self.share, self.fold, self.seed)


@dataclass(frozen=True, eq=False)
class Tested:
    """A record with its probabilities: of each part uint16 [n, C], in the order of the study's images."""

    record: TestedRecord
    probabilities: dict[str, Kept]

    def of_part(self, part: str) -> NDArray[np.float64]:
        """Return the probabilities of a part: float64 [n, C]."""
        return np.asarray(self.probabilities[part] / STEPS, np.float64)


def tested_name(arm: str, share: float, fold: int, seed: int) -> str:
    """Return the name of the files of a training."""
    return f"{arm}-{100 * share:g}pct-fold{fold}-seed{seed}"


def kept(probabilities: NDArray[np.floating]) -> Kept:
    """Return probabilities [n, C] as they are kept."""
    return np.asarray(np.rint(np.clip(probabilities, 0, 1) * STEPS), np.uint16)


def archive_of(probabilities: dict[str, Kept]) -> bytes:
    """Return the probabilities of each part as the bytes of their file; the same values give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in PARTS:
            content = io.BytesIO()
            np.save(content, probabilities[part], allow_pickle=False)
            member = zipfile.ZipInfo(f"{part}.npy", (1980, 1, 1, 0, 0, 0))
            archive.writestr(member, content.getvalue(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def write_tested(folder: Path, record: TestedRecord, archive: bytes) -> None:
    """Write a record with its probabilities; it counts once the record is there, which comes last."""
    write_bytes(folder / f"{record.name}.npz", archive)
    write_json(folder / f"{record.name}.json", to_plain(record))


def read_tested(folder: Path, images: StudyImages, classes: Sequence[str]) -> tuple[Tested, ...]:
    """Read every record of a folder, in the order of their names.

    Raises:
        StudyError: one is damaged, cut, of another version, or of other images.
    """
    return tuple(_read(path, images, len(classes)) for path in sorted(folder.glob("*.json")))


def _read(path: Path, images: StudyImages, classes: int) -> Tested:
    cure = f"Remove {path.name} and its .npz: that training is done again."
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        content = path.with_suffix(".npz").read_bytes()
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise StudyError(f"{path} or its .npz is missing or damaged.", cure) from error
    record = from_plain(TestedRecord, plain, str(path), StudyError)
    if record.version != TESTED_VERSION or record.images_sha256 != images.sha256:
        raise StudyError(f"{path} is of another version, or of other images than {IMAGES_NAME} has.", cure)
    if hashlib.sha256(content).hexdigest() != record.probabilities_sha256:
        raise StudyError(f"{path.with_suffix('.npz')} is cut or changed: its record says otherwise.", cure)
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        found = {part: arrays[part] for part in PARTS}
    for part in PARTS:
        expected = (len(images.of_part(part, record.fold)), classes)
        if found[part].shape != expected:
            raise StudyError(
                f"{path} tells {list(found[part].shape)} probabilities of the {part} part, of {list(expected)}.", cure
            )
    return Tested(record, found)
