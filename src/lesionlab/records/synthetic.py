"""A folder of synthetic images: its manifest, and what was kept or chosen on the way to it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lesionlab.core.errors import DataError
from lesionlab.core.files import write_json
from lesionlab.records.codec import from_plain, to_plain
from lesionlab.records.seen_groups import SeenGroups

MANIFEST_NAME = "manifest.csv"
HISTORY_NAME = "history.json"
PLAN_NAME = "sampling.json"  # what is sampled; it is written first
SHEET_NAME = "sheet.png"
COLUMNS = ("file", "seed", "diagnosis", "model_sha256", "sha256")
OPTIONAL_COLUMNS = ("shard", "truncation", "agreement", "novelty")

_CURE = "Name a folder that `lesionlab gan sample` wrote."

Role = Literal["generator", "filter", "novelty reference", "feature space"]
What = Literal["recipe", "filter", "threshold", "truncation", "stopping point"]


@dataclass(frozen=True)
class SyntheticImage:
    """One line of the manifest: a file, its recipe, the SHA-256 of the generator's weights and of the file.

    Its scores are there where a filter measured them.
    """

    file: str
    seed: int
    diagnosis: str
    model_sha256: str
    sha256: str
    shard: str = ""  # the tar file that holds it; blank: it is a file of the folder
    truncation: float | None = None
    agreement: float | None = None  # the probability that a classifier gives the diagnosis
    novelty: float | None = None  # the ratio of distances below which it would be a copy


@dataclass(frozen=True)
class Saw:
    """What helped to make a set, by name, and the real images that it saw."""

    role: Role
    name: str  # of a model: the SHA-256 of its weights
    seen: SeenGroups


@dataclass(frozen=True)
class Choice:
    """One thing that was chosen by looking at real images: what, and on which part of which split."""

    what: What
    part: str
    split_sha256: str
    seen: SeenGroups


@dataclass(frozen=True)
class History:
    """What was done with a set after it was sampled."""

    saw: tuple[Saw, ...] = ()
    choices: tuple[Choice, ...] = ()


def manifest_csv(images: Sequence[SyntheticImage]) -> str:
    """Return a manifest, LF line ends; a column that need not be there stands where an image has something in it."""
    used = [name for name in OPTIONAL_COLUMNS if any(getattr(image, name) not in ("", None) for image in images)]
    columns = (*COLUMNS, *used)
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows([columns, *(manifest_row(image, columns) for image in images)])
    return buffer.getvalue()


def manifest_row(image: SyntheticImage, columns: Iterable[str]) -> list[str]:
    """Return an image's line of a manifest with these columns."""
    values = (getattr(image, name) for name in columns)
    return ["" if value is None else str(value) for value in values]  # of a float, all its digits


def image_from(row: Mapping[str, str]) -> SyntheticImage:
    """Return the image that a line of a manifest describes; other columns are passed over.

    Raises:
        ValueError, KeyError: a column that must be there is not, holds no number, or names a file elsewhere.
    """
    shard = row.get("shard", "")
    if any(Path(name).name != name for name in (row["file"], shard)):
        raise ValueError(row["file"])
    numbers = (float(row[name]) if row.get(name) else None for name in ("truncation", "agreement", "novelty"))
    seed = int(row["seed"])
    return SyntheticImage(row["file"], seed, row["diagnosis"], row["model_sha256"], row["sha256"], shard, *numbers)


def read_manifest(folder: Path) -> tuple[SyntheticImage, ...]:
    """Read `manifest.csv`; it is written last, so a folder that has one is whole.

    Raises:
        DataError: there is none, or it is damaged.
    """
    return tuple(manifest_images(folder))


def manifest_images(folder: Path) -> Iterator[SyntheticImage]:
    """Yield what `read_manifest` returns, line by line: a set may be larger than memory.

    Raises:
        DataError: there is none, or it is damaged.
    """
    path, found = folder / MANIFEST_NAME, 0
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            head = tuple(rows.fieldnames or ())
            if head[: len(COLUMNS)] != COLUMNS or not set(head[len(COLUMNS) :]) <= set(OPTIONAL_COLUMNS):
                raise ValueError(f"its columns are {', '.join(head)}")
            for row in rows:
                if None in (*row, *row.values()):
                    raise ValueError("a line is longer or shorter than the head")
                found += 1
                yield image_from(row)
    except OSError as error:
        raise _no_manifest(folder) from error
    except (UnicodeDecodeError, csv.Error, ValueError, KeyError) as error:
        raise DataError(f"{path} is no manifest of synthetic images.", _CURE) from error
    if not found:
        raise DataError(f"{path} is no manifest of synthetic images.", _CURE)


def _no_manifest(folder: Path) -> DataError:
    if (folder / PLAN_NAME).is_file():
        return DataError(
            f"The set in {folder} is not whole: its sampling was stopped.",
            "Run the same `lesionlab gan sample` again: it goes on.",
        )
    return DataError(f"{folder} holds no {MANIFEST_NAME}, so nobody knows what made its images.", _CURE)


def write_history(folder: Path, history: History) -> None:
    """Write what was done with a set beside its manifest."""
    write_json(folder / HISTORY_NAME, to_plain(history))


def read_history(folder: Path) -> History:
    """Read what was done with a set; without such a file nothing was: the images are as sampled.

    Raises:
        DataError: the file is damaged.
    """
    path = folder / HISTORY_NAME
    if not path.is_file():
        return History()
    try:
        return from_plain(History, json.loads(path.read_text(encoding="utf-8")), str(path), DataError)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DataError(f"{path} is damaged: {error}.", "Sample the images again.") from error
