"""A folder of synthetic images: its manifest, and what was kept or chosen on the way to it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lesionlab.core.errors import DataError
from lesionlab.core.files import write_json
from lesionlab.records.codec import from_plain, to_plain
from lesionlab.records.seen_groups import SeenGroups

MANIFEST_NAME = "manifest.csv"
HISTORY_NAME = "history.json"
COLUMNS = ("file", "seed", "diagnosis", "model_sha256", "sha256")

Role = Literal["generator", "filter", "novelty reference", "feature space"]
What = Literal["recipe", "filter", "threshold", "truncation", "stopping point"]


@dataclass(frozen=True)
class SyntheticImage:
    """One line of the manifest: a file, its recipe, the SHA-256 of the generator's weights and of the file."""

    file: str
    seed: int
    diagnosis: str
    model_sha256: str
    sha256: str


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


def manifest_csv(images: Iterable[SyntheticImage]) -> str:
    """Return a manifest, LF line ends."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((i.file, i.seed, i.diagnosis, i.model_sha256, i.sha256) for i in images)
    return buffer.getvalue()


def read_manifest(folder: Path) -> tuple[SyntheticImage, ...]:
    """Read `manifest.csv`; it is written last, so a folder that has one is whole.

    Raises:
        DataError: there is none, or it is damaged.
    """
    path = folder / MANIFEST_NAME
    cure = "Name a folder that `lesionlab gan sample` wrote."
    try:
        with path.open(encoding="utf-8", newline="") as file:
            head, *lines = csv.reader(file)
        images = tuple(
            SyntheticImage(name, int(seed), code, model, sha256) for name, seed, code, model, sha256 in lines
        )
    except OSError as error:
        raise DataError(f"{folder} holds no {MANIFEST_NAME}, so nobody knows what made its images.", cure) from error
    except (UnicodeDecodeError, csv.Error, ValueError) as error:
        raise DataError(f"{path} is no manifest of synthetic images.", cure) from error
    plain = all(Path(image.file).name == image.file for image in images)
    if tuple(head) != COLUMNS or not plain or not images:
        raise DataError(f"{path} is no manifest of synthetic images.", cure)
    return images


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
