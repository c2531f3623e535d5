"""A folder of synthetic images: whole, with its manifest, or not there at all."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from lesionlab.core.errors import InputError
from lesionlab.core.home import home
from lesionlab.core.imaging import sheet
from lesionlab.core.progress import Progress
from lesionlab.data.rights import ATTRIBUTIONS_NAME
from lesionlab.inference.provenance import synthetic_png, synthetic_sheet_png
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sampler import BATCH_SIZE, Sampler
from lesionlab.records.synthetic import MANIFEST_NAME, SyntheticImage, manifest_csv

SHEET_NAME = "sheet.png"
MAX_COUNT = 100_000
SHEET_SIDE = 8  # at most this many rows and columns


def check_count(count: int) -> None:
    """Refuse a count outside 1..100,000.

    Raises:
        InputError: it is.
    """
    if not 1 <= count <= MAX_COUNT:
        raise InputError(f"--count {count} is outside 1..{MAX_COUNT:,}.", f"Ask for 1 to {MAX_COUNT:,} images.")


def recipes_for(sampler: Sampler, diagnosis: str, count: int, seed: int) -> list[Recipe]:
    """Return the recipes of `count` seeds for a diagnosis, or for each one when it is "all".

    Raises:
        InputError: an unknown diagnosis, a seed out of range, or more than 100,000 images in all.
    """
    codes = sampler.card.classes if diagnosis == "all" else (diagnosis,)
    check_count(count * len(codes))
    for code in codes:
        for end in (seed, seed + count - 1):
            sampler.check(Recipe(end, code))
    return [Recipe(seed + i, code) for code in codes for i in range(count)]


def choose_folder(out: Path | None, label: str) -> Path:
    """Return the folder to write to: `out`, or the next numbered one in the home folder.

    Raises:
        InputError: `out` is a file, or a folder with something in it.
    """
    if out is None:
        parent = home() / "samples"
        number = sum(1 for _ in parent.iterdir()) if parent.is_dir() else 0
        while list(parent.glob(f"{number:05d}-*")):
            number += 1
        return parent / f"{number:05d}-{label}"
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is a file.", "Name a folder that is new or empty.")
    if out.is_dir() and any(out.iterdir()):
        raise InputError(f"The folder {out} is not empty.", "Name another one; nothing in it was touched.")
    return out.resolve()


def write_samples(
    sampler: Sampler, recipes: Sequence[Recipe], folder: Path, with_sheet: bool, progress: Progress
) -> None:
    """Write an image for each recipe, then the manifest; a failure or Ctrl-C leaves nothing behind."""
    existed = folder.is_dir()
    part = folder / f".{os.getpid()}.part"
    part.mkdir(parents=True)
    try:
        _fill(part, sampler, recipes, with_sheet, progress)
        # The manifest comes last: a folder that has one is whole.
        for path in sorted(part.iterdir(), key=lambda path: path.name == MANIFEST_NAME):
            path.rename(folder / path.name)
    finally:
        shutil.rmtree(part, ignore_errors=True)
        if not existed and not any(folder.iterdir()):
            folder.rmdir()


def _fill(part: Path, sampler: Sampler, recipes: Sequence[Recipe], with_sheet: bool, progress: Progress) -> None:
    digits = len(str(max(recipe.seed for recipe in recipes)))
    rows: list[SyntheticImage] = []
    for start in range(0, len(recipes), BATCH_SIZE):
        batch = recipes[start : start + BATCH_SIZE]
        for recipe, pixels in zip(batch, sampler.sample(batch), strict=True):
            content = synthetic_png(pixels, sampler.card, recipe)
            name = f"{recipe.diagnosis}-{recipe.seed:0{digits}d}.png"
            (part / name).write_bytes(content)
            digest = hashlib.sha256(content).hexdigest()
            rows.append(SyntheticImage(name, recipe.seed, recipe.diagnosis, sampler.card.weights_sha256, digest))
        progress(len(rows), len(recipes))
    if with_sheet:
        _write_sheet(part / SHEET_NAME, sampler, recipes)
    if (sampler.folder / ATTRIBUTIONS_NAME).is_file():
        shutil.copy(sampler.folder / ATTRIBUTIONS_NAME, part)
    (part / MANIFEST_NAME).write_text(manifest_csv(rows), encoding="utf-8", newline="")


def _write_sheet(path: Path, sampler: Sampler, recipes: Sequence[Recipe]) -> None:
    codes = list(dict.fromkeys(recipe.diagnosis for recipe in recipes))
    of_code = {code: [recipe for recipe in recipes if recipe.diagnosis == code] for code in codes}
    if len(codes) == 1:
        first = of_code[codes[0]][: SHEET_SIDE**2]
        lines = [first[i : i + SHEET_SIDE] for i in range(0, len(first), SHEET_SIDE)]
    else:
        lines = [of_code[code][:SHEET_SIDE] for code in codes]
    rows = [list(sampler.sample(line)) for line in lines]
    shown = [recipe for line in lines for recipe in line]
    path.write_bytes(synthetic_sheet_png(sheet(rows), sampler.card, shown))
