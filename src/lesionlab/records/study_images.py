"""The images of a study, and which fold tests each and chooses on it: what its records are told in the order of."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lesionlab.core.errors import StudyError
from lesionlab.core.files import write_bytes

IMAGES_NAME = "images.csv"


@dataclass(frozen=True)
class StudyImage:
    """An image of a study: what it shows, the fold that tests it, and the folds that choose on it."""

    image_id: str
    lesion: str
    diagnosis: str
    fold: int
    validates: tuple[int, ...]


@dataclass(frozen=True)
class StudyImages:
    """All images of a study, in the order of its data; each record's rows follow it."""

    rows: tuple[StudyImage, ...]

    def of_part(self, part: str, fold: int) -> tuple[StudyImage, ...]:
        """Return the images that a fold chooses on ("validation") or tests ("test")."""
        if part == "test":
            return tuple(row for row in self.rows if row.fold == fold)
        return tuple(row for row in self.rows if fold in row.validates)

    @cached_property
    def sha256(self) -> str:
        """The hash of the table."""
        return hashlib.sha256(self.to_csv()).hexdigest()

    def to_csv(self) -> bytes:
        """Return the table as CSV, LF line ends."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(("image_id", "lesion", "diagnosis", "fold", "validates"))
        for row in self.rows:
            validates = " ".join(map(str, row.validates))
            writer.writerow((row.image_id, row.lesion, row.diagnosis, row.fold, validates))
        return buffer.getvalue().encode()


def write_images(folder: Path, images: StudyImages) -> None:
    """Write `images.csv` into the folder of a study."""
    write_bytes(folder / IMAGES_NAME, images.to_csv())


def read_images(folder: Path) -> StudyImages:
    """Read `images.csv` of a study.

    Raises:
        StudyError: it is missing or damaged.
    """
    path = folder / IMAGES_NAME
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = tuple(_image(row) for row in csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error, KeyError, TypeError, ValueError) as error:
        raise StudyError(f"{path} is missing or damaged.", "Carry it over again with the records.") from error
    return StudyImages(rows)


def _image(row: dict[str, str]) -> StudyImage:
    validates = tuple(int(word) for word in row["validates"].split())
    return StudyImage(row["image_id"], row["lesion"], row["diagnosis"], int(row["fold"]), validates)
