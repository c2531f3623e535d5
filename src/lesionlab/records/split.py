"""A split of lesions into parts, as a CSV that hashes to its name."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

from lesionlab.core.errors import DataError
from lesionlab.core.files import write_bytes

PARTS = ("train", "validation", "test")
EXTERNAL = "external"  # the one part of a set that is for testing alone; it opens as the test part does
CLOSED_PARTS = ("test", EXTERNAL)
COLUMNS = ("image_id", "lesion_id", "group", "diagnosis", "part")


@dataclass(frozen=True)
class SplitRow:
    """One image: its lesion, the group it is split with, its diagnosis and its part."""

    image_id: str
    lesion_id: str
    group: str
    diagnosis: str
    part: str


@dataclass(frozen=True)
class Split:
    """The rows in the order of the prepared pixels, and the SHA-256 of their CSV."""

    rows: tuple[SplitRow, ...]
    classes: tuple[str, ...]

    def to_csv(self) -> bytes:
        """Return the split as CSV bytes, LF line ends, class list in the head line."""
        buffer = io.StringIO()
        buffer.write(f"# classes: {' '.join(self.classes)}\n")
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((r.image_id, r.lesion_id, r.group, r.diagnosis, r.part) for r in self.rows)
        return buffer.getvalue().encode()

    @property
    def sha256(self) -> str:
        """The SHA-256 of the CSV: what cards and runs pin."""
        return hashlib.sha256(self.to_csv()).hexdigest()


def write_split(path: Path, split: Split) -> None:
    """Write a split's CSV, whole or not at all."""
    write_bytes(path, split.to_csv())


def read_split(path: Path) -> Split:
    """Read a split's CSV.

    Raises:
        DataError: it is missing, lacks its head or columns, names an unknown part or class, or a group crosses parts.
    """
    if not path.is_file():
        raise DataError(f"There is no split at {path}.", "Run `lesionlab data prepare`.")
    lines = path.read_text(encoding="utf-8").splitlines()
    if len(lines) < 2 or not lines[0].startswith("# classes: ") or tuple(lines[1].split(",")) != COLUMNS:
        raise DataError(
            f"{path} is no split: its first two lines are not as expected.", "Run `lesionlab data prepare`."
        )
    classes = tuple(lines[0].removeprefix("# classes: ").split())
    rows = []
    part_of_group: dict[str, str] = {}
    for number, values in enumerate(csv.reader(lines[2:]), start=3):
        if len(values) != len(COLUMNS) or values[4] not in (*PARTS, EXTERNAL) or values[3] not in classes:
            raise DataError(f"Line {number} of {path} is damaged.", "Run `lesionlab data prepare`.")
        row = SplitRow(*values)
        if part_of_group.setdefault(row.group, row.part) != row.part:
            raise DataError(f"Group {row.group} in {path} lies in two parts: that is a leak.", "Prepare the data anew.")
        rows.append(row)
    return Split(tuple(rows), classes)
