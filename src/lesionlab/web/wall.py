"""The wall of the first page: many synthetic lesions in one file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lesionlab.core import imaging
from lesionlab.inference.recipe import Recipe
from lesionlab.web.synthetic_images import synthetic_images

COLUMNS = 10
ROWS = 6
_FIRST_SEED = 100


@dataclass(frozen=True)
class Tile:
    """One lesion of the wall: its recipe and its corner in the file, in pixels."""

    recipe: Recipe
    left: int
    top: int


def wall_recipes(classes: Sequence[str]) -> tuple[Recipe, ...]:
    """Return the recipes of the wall, row by row; no two neighbours share a diagnosis where there are five or more."""
    cells = [(row, column) for row in range(ROWS) for column in range(COLUMNS)]
    return tuple(
        Recipe(_FIRST_SEED + number, classes[(column + 3 * row) % len(classes)])
        for number, (row, column) in enumerate(cells)
    )


def wall_tiles(classes: Sequence[str], size_px: int) -> tuple[Tile, ...]:
    """Return each lesion of the wall with its place in the file."""
    recipes = wall_recipes(classes)
    return tuple(
        Tile(recipe, left=number % COLUMNS * size_px, top=number // COLUMNS * size_px)
        for number, recipe in enumerate(recipes)
    )


def wall_webp(classes: Sequence[str]) -> bytes:
    """Return the wall as one WebP."""
    images = synthetic_images(wall_recipes(classes))
    rows = [images[start : start + COLUMNS] for start in range(0, len(images), COLUMNS)]
    return imaging.encode_webp(imaging.sheet(rows, gap_px=0))
