"""The wall of the first page: many synthetic lesions in one file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lesionlab.inference.recipe import Recipe
from lesionlab.records.card import ModelCard
from lesionlab.web.sprite import corner, sprite_webp
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
    places = (corner(number, COLUMNS, size_px) for number in range(len(recipes)))
    return tuple(Tile(recipe, place.left, place.top) for recipe, place in zip(recipes, places, strict=True))


def wall_webp(card: ModelCard) -> bytes:
    """Return the wall as one WebP that says inside that it is synthetic."""
    return sprite_webp(synthetic_images(wall_recipes(card.classes)), COLUMNS, card)
