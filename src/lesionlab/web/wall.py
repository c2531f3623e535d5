"""The wall of the first page: many synthetic lesions in one file."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from PIL import Image

from lesionlab.core import imaging
from lesionlab.core.synthetic_mark import DIGITAL_SOURCE_TYPE
from lesionlab.inference.recipe import Recipe
from lesionlab.records.card import ModelCard
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


def wall_webp(card: ModelCard) -> bytes:
    """Return the wall as one WebP that says inside that it is synthetic."""
    images = synthetic_images(wall_recipes(card.classes))
    rows = [images[start : start + COLUMNS] for start in range(0, len(images), COLUMNS)]
    buffer = io.BytesIO()
    sheet = Image.fromarray(imaging.sheet(rows, gap_px=0))
    sheet.save(buffer, "WEBP", quality=88, method=4, xmp=_marks(card).encode())
    return buffer.getvalue()


def _marks(card: ModelCard) -> str:
    rights = escape(f"{card.licence}. {card.attribution} {card.notice}")
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
        f'<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">{rights}</rdf:li></rdf:Alt></dc:rights>'
        f"<Iptc4xmpExt:DigitalSourceType>{DIGITAL_SOURCE_TYPE}</Iptc4xmpExt:DigitalSourceType>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
