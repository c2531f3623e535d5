"""A prepared data set: its split and its decoded pixels, read by memory map."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import DataError
from lesionlab.core.home import cache_folder
from lesionlab.data.problems import Problem
from lesionlab.records.codec import from_plain
from lesionlab.records.split import Split, SplitRow, read_split

RECORD_NAME = "prepared.json"
SPLIT_NAME = "split.csv"
METADATA_NAME = "metadata.csv"
VERSION = 1


@dataclass(frozen=True)
class PreparedRecord:
    """What `prepared.json` says; it is written last, so a folder without it is not prepared."""

    version: int
    name: str
    kind: str  # "ham10000" or "procedural"
    source: str
    fingerprint: str  # of the source; another one means that the pixels are stale
    seed: int
    images: int
    lesions: int
    groups: int
    classes: tuple[str, ...]
    counts: dict[str, dict[str, int]]  # part -> class -> images
    split_sha256: str
    sizes_px: tuple[int, ...]
    problems: dict[str, Problem]  # what was left out, on the user's word
    unlisted: int  # image files that the metadata does not name
    lesionlab: str


@dataclass(frozen=True, eq=False)
class Part:
    """The images of one part, or of some of it, row by row; `groups` and `lesions` say what they belong to."""

    name: str
    classes: tuple[str, ...]
    image_ids: tuple[str, ...]
    groups: tuple[str, ...]
    lesions: tuple[str, ...]
    labels: NDArray[np.int64]
    indices: NDArray[np.int64]
    data: PreparedData

    def images(self, size_px: int) -> NDArray[np.uint8]:
        """Return the pixels in memory: uint8 [n, size_px, size_px, 3]."""
        return self.data.pixels(size_px)[self.indices]


class PreparedData:
    """A prepared folder, opened: `folder`, `record`, `name`, `split` and `sizes_px`; pixels on demand."""

    def __init__(self, folder: Path, record: PreparedRecord, split: Split) -> None:
        self.folder = folder
        self.record = record
        self.name = record.name
        self.split = split
        self.sizes_px = record.sizes_px

    def pixels(self, size_px: int) -> NDArray[np.uint8]:
        """Map the pixels of all rows of the split, read-only: uint8 [N, size_px, size_px, 3].

        Raises:
            DataError: this size is not prepared, or its file is damaged.
        """
        if size_px not in self.sizes_px:
            there = ", ".join(f"{size} px" for size in self.sizes_px)
            raise DataError(
                f"'{self.name}' is prepared at {there}, not at {size_px} px.",
                f"Add this size with `lesionlab data prepare {self._arguments} --name {self.name} --size {size_px}`.",
            )
        path = pixels_path(self.folder, size_px)
        try:
            mapped: NDArray[np.uint8] = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise DataError(f"{path} is missing or damaged.", self._anew) from error
        shape = (len(self.split.rows), size_px, size_px, 3)
        if mapped.shape != shape or mapped.dtype != np.uint8:
            raise DataError(f"{path} holds {mapped.shape} {mapped.dtype}, not {shape} uint8.", self._anew)
        return mapped

    def part(self, name: str) -> Part:
        """Return the part "train" or "validation".

        Raises:
            DataError: there is no such part, or it is "test", which only `open_test_part` opens.
        """
        if name == "test":
            raise DataError(
                "The test part stays closed in training and in choosing.", "Open it with open_test_part, which logs it."
            )
        if name not in ("train", "validation"):
            raise DataError(f"There is no part '{name}'.", "Known: train, validation.")
        return self.take_logged_part(name)

    def take_logged_part(self, name: str) -> Part:
        """Return any part; only for callers that log an opened test part, such as `open_test_part`."""
        chosen = [(index, row) for index, row in enumerate(self.split.rows) if row.part == name]
        rows: list[SplitRow] = [row for _, row in chosen]
        return Part(
            name=name,
            classes=self.split.classes,
            image_ids=tuple(row.image_id for row in rows),
            groups=tuple(row.group for row in rows),
            lesions=tuple(row.lesion_id for row in rows),
            labels=np.array([self._label_of[row.diagnosis] for row in rows], np.int64),
            indices=np.array([index for index, _ in chosen], np.int64),
            data=self,
        )

    @cached_property
    def _label_of(self) -> dict[str, int]:
        return {code: label for label, code in enumerate(self.split.classes)}

    @property
    def _arguments(self) -> str:
        return f"--procedural {self.record.lesions}" if self.record.kind == "procedural" else self.record.source

    @property
    def _anew(self) -> str:
        return f"Delete {self.folder} and run `lesionlab data prepare {self._arguments} --name {self.name}`."


def pixels_path(folder: Path, size_px: int) -> Path:
    """Return the pixel file of one size in a prepared folder."""
    return folder / f"pixels-{size_px:03d}.npy"


def open_prepared(name_or_path: str) -> PreparedData:
    """Open a prepared data set by its name in the home folder, or by its folder.

    Raises:
        DataError: there is none of that name (those there are named), or it is damaged.
    """
    folder = Path(name_or_path)
    if not (folder / RECORD_NAME).is_file():
        folder = cache_folder() / name_or_path
    if not (folder / RECORD_NAME).is_file():
        there = sorted(path.parent.name for path in cache_folder().glob(f"*/{RECORD_NAME}"))
        raise DataError(
            f"No prepared data set is called '{name_or_path}' (there are: {', '.join(there) or 'none yet'}).",
            f"Make it with `lesionlab data prepare FOLDER --name {Path(name_or_path).name}`.",
        )
    return open_folder(folder)


def open_folder(folder: Path) -> PreparedData:
    """Open a folder that holds `prepared.json`.

    Raises:
        DataError: a file is missing or damaged, or of another version, or the split is another than recorded.
    """
    record = read_record(folder)
    split = read_split(folder / SPLIT_NAME)
    if split.sha256 != record.split_sha256:
        raise DataError(
            f"{folder / SPLIT_NAME} was changed after it was prepared: its SHA-256 is another.",
            f"Delete {folder} and run `lesionlab data prepare` again.",
        )
    return PreparedData(folder, record, split)


def read_record(folder: Path) -> PreparedRecord:
    """Read `prepared.json`.

    Raises:
        DataError: it is missing, damaged or of another version.
    """
    path = folder / RECORD_NAME
    anew = f"Delete {folder} and run `lesionlab data prepare` again."
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DataError(f"{path} is missing or damaged.", anew) from error
    version = plain.get("version") if isinstance(plain, dict) else None
    if version != VERSION:
        raise DataError(f"{path} is of version {version}; this LesionLab reads version {VERSION}.", anew)
    return from_plain(PreparedRecord, plain, str(path), DataError)
