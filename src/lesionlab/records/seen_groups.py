"""The real images that a model saw, with their lesion groups: what the leak guard compares."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lesionlab.core.errors import ModelError
from lesionlab.core.files import sha256_of, write_bytes
from lesionlab.records.card import ModelCard

GROUPS_NAME = "groups.csv"
COLUMNS = ("group", "image_id", "use")
USES = ("train", "validation")  # learned from; looked at in choosing, such as the stopping point

_CURE = "Export the model again, or fetch it again."


@dataclass(frozen=True, order=True)
class SeenImage:
    """One real image: its lesion group, its id, and what it was used for."""

    group: str
    image_id: str
    use: str


@dataclass(frozen=True)
class SeenGroups:
    """The images that a model saw, in the order of group, image and use."""

    rows: tuple[SeenImage, ...]

    def groups(self, *uses: str) -> frozenset[str]:
        """Return the lesion groups seen for these uses, or for any."""
        return frozenset(row.group for row in self.rows if row.use in (uses or USES))

    def images(self, *uses: str) -> frozenset[str]:
        """Return the ids of the images seen for these uses, or for any."""
        return frozenset(row.image_id for row in self.rows if row.use in (uses or USES))

    def __or__(self, other: SeenGroups) -> SeenGroups:
        """Return what was seen by either."""
        return SeenGroups(tuple(sorted({*self.rows, *other.rows})))

    def to_csv(self) -> bytes:
        """Return one line an image, LF line ends."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((row.group, row.image_id, row.use) for row in self.rows)
        return buffer.getvalue().encode()

    @property
    def sha256(self) -> str:
        """The SHA-256 of the CSV: what the card pins, and with the split's the key of the exact list of images."""
        return hashlib.sha256(self.to_csv()).hexdigest()


def seen_groups(**images: Iterable[tuple[str, str]]) -> SeenGroups:
    """Return what was seen from (group, image id) pairs by use: `seen_groups(train=..., validation=...)`."""
    return SeenGroups(tuple(sorted(SeenImage(*pair, use) for use, pairs in images.items() for pair in pairs)))


def write_seen_groups(folder: Path, seen: SeenGroups) -> str:
    """Write `groups.csv` into an export folder and return its SHA-256."""
    write_bytes(folder / GROUPS_NAME, seen.to_csv())
    return seen.sha256


def read_seen_groups(folder: Path, card: ModelCard) -> SeenGroups:
    """Read `groups.csv` of an export folder, after comparing its SHA-256 with the one in the card.

    Raises:
        ModelError: it is missing, is not the one that the card was written for, or is no such table.
    """
    path = folder / GROUPS_NAME
    if not path.is_file():
        raise ModelError(f"{folder} holds no {GROUPS_NAME}: which lesions {card.name} saw is unknown.", _CURE)
    found = sha256_of(path)
    if found != card.groups_sha256:
        raise ModelError(f"{path} has SHA-256 {found[:12]}..., its card says {card.groups_sha256[:12]}....", _CURE)
    try:
        head, *lines = csv.reader(path.read_text(encoding="utf-8").splitlines())
        rows = tuple(SeenImage(*line) for line in lines)
    except (UnicodeDecodeError, csv.Error, TypeError, ValueError) as error:
        raise ModelError(f"{path} is no list of lesion groups.", _CURE) from error
    if tuple(head) != COLUMNS or any(row.use not in USES for row in rows):
        raise ModelError(f"{path} is no list of lesion groups: its columns are {', '.join(head)}.", _CURE)
    return SeenGroups(rows)
