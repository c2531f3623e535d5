"""The images of a study, and which fold tests each and chooses on it: what its records are told in the order of."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

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


@dataclass(frozen=True, eq=False)
class PartLesions:
    """The lesions of a part of a fold, in the order seen."""

    names: tuple[str, ...]
    diagnoses: tuple[str, ...]  # those that occur
    of_lesion: NDArray[np.int64]  # [L]: the number of each one's diagnosis among them
    of_image: NDArray[np.int64]  # [n]: the number of each image's lesion


@dataclass(frozen=True)
class StudyImages:
    """All images of a study, in the order of its data; each record's rows follow it."""

    rows: tuple[StudyImage, ...]

    def of_part(self, part: str, fold: int) -> tuple[StudyImage, ...]:
        """Return the images that a fold chooses on ("validation") or tests ("test")."""
        if (part, fold) not in self._parts:
            rows = self.rows
            self._parts[part, fold] = (
                tuple(row for row in rows if row.fold == fold)
                if part == "test"
                else tuple(row for row in rows if fold in row.validates)
            )
        return self._parts[part, fold]

    def lesions_of(self, part: str, fold: int) -> PartLesions:
        """Return the lesions that a fold chooses on ("validation") or tests ("test").

        Raises:
            StudyError: images of one lesion show two diagnoses.
        """
        if (part, fold) not in self._lesions:
            rows = self.of_part(part, fold)
            diagnoses = {row.lesion: row.diagnosis for row in rows}
            torn = [row.lesion for row in rows if row.diagnosis != diagnoses[row.lesion]]
            if torn:
                raise StudyError(f"Images of lesion {torn[0]} show two diagnoses.", "Put the table of images back.")
            place = {lesion: number for number, lesion in enumerate(diagnoses)}
            kinds = tuple(sorted(set(diagnoses.values())))
            self._lesions[part, fold] = PartLesions(
                names=tuple(diagnoses),
                diagnoses=kinds,
                of_lesion=np.array([kinds.index(diagnosis) for diagnosis in diagnoses.values()], np.int64),
                of_image=np.array([place[row.lesion] for row in rows], np.int64),
            )
        return self._lesions[part, fold]

    @cached_property
    def _parts(self) -> dict[tuple[str, int], tuple[StudyImage, ...]]:
        return {}

    @cached_property
    def _lesions(self) -> dict[tuple[str, int], PartLesions]:
        return {}

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
