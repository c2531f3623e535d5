"""A folder of projections: pairs of images, each projection with its provenance, and a table of errors."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lesionlab.core.errors import InputError
from lesionlab.core.home import home
from lesionlab.core.imaging import Pixels, sheet
from lesionlab.data.rights import ATTRIBUTIONS_NAME
from lesionlab.inference.provenance import pairs_png, projection_png
from lesionlab.inference.recipe import KeptLatent
from lesionlab.inference.sampler import Sampler

FILE_NAME = "projection-{:03d}.png"
PAIRS_NAME = "pairs.png"
TABLE_NAME = "projections.csv"
COLUMNS = ("file", "image", "diagnosis", "error", "nearest_seed_error", "mean_image_error", "seeds")


@dataclass(frozen=True)
class Projected:
    """An image, its projection, and the error of both rulers: the nearest image of some seeds, and their mean."""

    file: str
    image: Path
    given: Pixels
    made: Pixels
    recipe: KeptLatent
    error: float
    seeds: int
    nearest_seed_error: float
    mean_image_error: float


def choose_folder(out: Path | None) -> Path:
    """Return the folder to write to: `out`, or the next numbered one in the home folder.

    Raises:
        InputError: `out` is a file, or a folder with something in it.
    """
    if out is None:
        parent, number = home() / "samples", 0
        while (parent / f"projected-{number:05d}").exists():
            number += 1
        return parent / f"projected-{number:05d}"
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is a file.", "Name a folder that is new or empty.")
    if out.is_dir() and any(out.iterdir()):
        raise InputError(f"The folder {out} is not empty.", "Name another one; nothing in it was touched.")
    return out.resolve()


def write_projections(folder: Path, sampler: Sampler, found: Sequence[Projected]) -> None:
    """Write each projection, the sheet of pairs and, last, the table; a failure leaves nothing behind."""
    existed = folder.is_dir()
    part = folder / f".{os.getpid()}.part"
    part.mkdir(parents=True)
    try:
        for each in found:
            (part / each.file).write_bytes(projection_png(each.made, sampler.card, each.recipe))
        pairs = sheet([[each.given, each.made] for each in found])
        (part / PAIRS_NAME).write_bytes(pairs_png(pairs, sampler.card))
        if (sampler.folder / ATTRIBUTIONS_NAME).is_file():
            shutil.copy(sampler.folder / ATTRIBUTIONS_NAME, part)
        (part / TABLE_NAME).write_text(_table(found), encoding="utf-8", newline="")
        for path in sorted(part.iterdir(), key=lambda path: path.name == TABLE_NAME):
            path.rename(folder / path.name)
    finally:
        shutil.rmtree(part, ignore_errors=True)
        if not existed and not any(folder.iterdir()):
            folder.rmdir()


def _table(found: Sequence[Projected]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in found:
        errors = (each.error, each.nearest_seed_error, each.mean_image_error)
        told = (f"{error:.5f}" for error in errors)
        writer.writerow((each.file, each.image, each.recipe.diagnosis, *told, each.seeds))
    return buffer.getvalue()
