"""A prepared data set: its split and its decoded pixels, read by memory map."""

from __future__ import annotations

import csv
import shlex
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import DataError
from lesionlab.core.home import cache_folder
from lesionlab.data.array_file import map_array
from lesionlab.data.other_split import positions_under
from lesionlab.data.prepared_record import RECORD_NAME, PreparedRecord, read_record
from lesionlab.data.resolution import ORIGINALS_FROM_PX, WHAT_IS_NEEDED
from lesionlab.records.ledger import LoggedOpening
from lesionlab.records.split import CLOSED_PARTS, Split, read_split

SPLIT_NAME = "split.csv"
METADATA_NAME = "metadata.csv"
OPEN_PARTS = ("train", "validation")  # any other is for one look, at the end


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
        return self.data.take_pixels(size_px, self.indices)

    def of_groups(self, groups: Collection[str]) -> Part:
        """Return the images of these lesion groups alone; a group comes whole or not at all.

        Raises:
            DataError: a group has no image here.
        """
        wanted = frozenset(groups)
        foreign = wanted - set(self.groups)
        if foreign:
            raise DataError(
                f"{len(foreign):,} of {len(wanted):,} groups have no image here, such as {min(foreign)}.",
                f"Choose among the {len(set(self.groups)):,} groups of this {self.name} part.",
            )
        kept = np.array([group in wanted for group in self.groups], bool)
        chosen = np.flatnonzero(kept).tolist()
        return replace(
            self,
            image_ids=tuple(self.image_ids[i] for i in chosen),
            groups=tuple(self.groups[i] for i in chosen),
            lesions=tuple(self.lesions[i] for i in chosen),
            labels=self.labels[kept],
            indices=self.indices[kept],
        )

    def column(self, name: str) -> tuple[str, ...]:
        """Return a column of the metadata, such as `source`, row by row; blank where the source has none."""
        rows = self.data.metadata
        return tuple(rows[index].get(name, "") for index in self.indices)


class PreparedData:
    """A prepared folder, opened: `folder`, `record`, `name`, `split` and `sizes_px`; pixels on demand.

    Under another split than its own, `positions` says which row of the pixel files each row of the split is.
    """

    def __init__(
        self, folder: Path, record: PreparedRecord, split: Split, positions: NDArray[np.int64] | None = None
    ) -> None:
        self.folder = folder
        self.record = record
        self.name = record.name
        self.split = split
        self.sizes_px = record.sizes_px
        self._positions = positions

    def under(self, split: Split, where: str) -> PreparedData:
        """Return the same images under another split, read from `where`; those that it leaves out are withheld.

        Raises:
            DataError, LeakError: the split names other images or classes, or tears lesion groups.
        """
        return PreparedData(self.folder, self.record, split, positions_under(self.split, split, where))

    def size_for(self, side_px: int) -> int:
        """Return the smallest prepared size of at least `side_px`, else the largest: enlarging adds no detail."""
        return min((size for size in self.sizes_px if size >= side_px), default=max(self.sizes_px))

    def pixels(self, size_px: int) -> NDArray[np.uint8]:
        """Return the pixels of all rows of the split: uint8 [N, size_px, size_px, 3], mapped read-only where it can be.

        Raises:
            DataError: this size is not prepared, or its file is damaged.
        """
        mapped = self._mapped(size_px)
        return mapped if self._positions is None else mapped[self._positions]

    def take_pixels(self, size_px: int, indices: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the pixels of some rows of the split in memory: uint8 [n, size_px, size_px, 3].

        Raises:
            DataError: this size is not prepared, or its file is damaged.
        """
        return self._mapped(size_px)[indices if self._positions is None else self._positions[indices]]

    def _mapped(self, size_px: int) -> NDArray[np.uint8]:
        if size_px not in self.sizes_px:
            there = ", ".join(f"{size} px" for size in self.sizes_px)
            raise DataError(
                f"'{self.name}' is prepared at {there}, not at {size_px} px.",
                f"Add this size with `lesionlab data prepare {self._arguments} --name {self.name} --size {size_px}`"
                + (f"; it needs {WHAT_IS_NEEDED}." if size_px >= ORIGINALS_FROM_PX else "."),
            )
        shape = (self.record.images, size_px, size_px, 3)
        return map_array(pixels_path(self.folder, size_px), shape, self._anew)

    @cached_property
    def metadata(self) -> list[dict[str, str]]:
        """The metadata of all rows of the split, in their order.

        Raises:
            DataError: the table is missing, damaged or of other rows.
        """
        path = self.folder / METADATA_NAME
        try:
            with path.open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise DataError(f"{path} is missing or damaged.", self._anew) from error
        if self._positions is not None and len(rows) == self.record.images:
            rows = [rows[position] for position in self._positions]
        if [row.get("image_id") for row in rows] != [row.image_id for row in self.split.rows]:
            raise DataError(f"{path} does not name the images of the split.", self._anew)
        return rows

    def part(self, name: str) -> Part:
        """Return the part "train" or "validation".

        Raises:
            DataError: there is no such part, or it is "test" or "external", which only `open_test_part` opens.
        """
        if name in CLOSED_PARTS:
            raise DataError(
                f"The {name} part stays closed in training and in choosing.",
                "Open it with open_test_part, which logs it.",
            )
        if self.record.external:
            raise DataError(
                f"'{self.name}' is an external test set: it has no part '{name}'.",
                "Train and choose on other data; open this with open_test_part, which logs it.",
            )
        if name not in OPEN_PARTS:
            raise DataError(f"There is no part '{name}'.", f"Known: {', '.join(OPEN_PARTS)}.")
        return self._part(name)

    def take_logged_part(self, name: str, opening: LoggedOpening) -> Part:
        """Return any part, against the line of a ledger that says when and why; see `open_test_part`.

        Raises:
            DataError: the opening is of another split, or its line does not stand in its ledger.
        """
        opening.check(self.split.sha256)
        return self._part(name)

    def _part(self, name: str) -> Part:
        chosen = [(index, row) for index, row in enumerate(self.split.rows) if row.part == name]
        rows = [row for _, row in chosen]
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
        return shlex.join(self.record.arguments)

    @property
    def _anew(self) -> str:
        return f"Delete {self.folder} and run `lesionlab data prepare {self._arguments} --name {self.name}`."


def pixels_path(folder: Path, size_px: int) -> Path:
    """Return the pixel file of one size in a prepared folder."""
    return folder / f"pixels-{size_px:03d}.npy"


def open_prepared(name_or_path: str, split: Path | None = None) -> PreparedData:
    """Open a prepared data set by its name in the home folder, or by its folder; under another `split` if one is named.

    Raises:
        DataError: there is none of that name (those there are named), it is damaged, or the split is not of its images.
        LeakError: the split tears lesion groups.
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
    data = open_folder(folder)
    return data if split is None else data.under(read_split(split), str(split))


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
