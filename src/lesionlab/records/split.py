"""A split of lesions into parts, as a CSV that hashes to its name."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

from lesionlab.core.errors import DataError, LeakError
from lesionlab.core.files import write_bytes
from lesionlab.core.names import did_you_mean

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
        DataError: it is missing, lacks its head or columns, names an unknown part or class, or an image twice.
        LeakError: a lesion group lies in two parts, or a lesion in two groups.
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
    for number, values in enumerate(csv.reader(lines[2:]), start=3):
        if len(values) != len(COLUMNS) or values[4] not in (*PARTS, EXTERNAL):
            raise DataError(f"Line {number} of {path} is damaged.", "Run `lesionlab data prepare`.")
        if values[3] not in classes:
            raise DataError(
                f"Line {number} of {path} has the diagnosis '{values[3][:40]}', which is not in its class list.",
                f"{did_you_mean(values[3][:40], classes)} Or make the split anew: `lesionlab data split`.",
            )
        rows.append(SplitRow(*values))
    _check_whole(rows, path)
    return Split(tuple(rows), classes)


def _check_whole(rows: list[SplitRow], path: Path) -> None:
    part_of_group: dict[str, str] = {}
    group_of_lesion: dict[str, str] = {}
    seen: set[str] = set()
    cure = "Split by lesion group, not by image: `lesionlab data split` does."
    for row in rows:
        if part_of_group.setdefault(row.group, row.part) != row.part:
            raise LeakError(f"Group {row.group} in {path} lies in two parts: that is a leak.", cure)
        if group_of_lesion.setdefault(row.lesion_id, row.group) != row.group:
            raise LeakError(f"Lesion {row.lesion_id} in {path} lies in two groups: that is a leak.", cure)
        if row.image_id in seen:
            raise DataError(f"{path} names {row.image_id} twice.", "Name each image once.")
        seen.add(row.image_id)
