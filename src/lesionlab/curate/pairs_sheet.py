"""A picture of pairs to look at: the one, the other as it lies on the one, and the other as it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lesionlab.core.imaging import Pixels, square
from lesionlab.curate.duplicates import Pair
from lesionlab.curate.duplicates_filters import SIDE_PX

TILE_PX = 128
GAP_PX = 4
LINE_PX = 13
COLUMNS = 3  # pairs in a row
MAX_PAIRS = 240


@dataclass(frozen=True, eq=False)
class Shown:
    """One pair: the squares, uint8 [S, S, 3], how the second lies on the first, and two lines under them."""

    one: Pixels
    other: Pixels
    pair: Pair
    lines: tuple[str, str]


def pairs_sheet(shown: Sequence[Shown]) -> Pixels:
    """Return the sheet as uint8 [H, W, 3]; no more than `MAX_PAIRS` are drawn."""
    drawn = shown[:MAX_PAIRS]
    wide, high = 3 * (TILE_PX + 1) + 2 * GAP_PX, TILE_PX + 2 * LINE_PX + 2 * GAP_PX
    rows = max(1, math.ceil(len(drawn) / COLUMNS))
    sheet = Image.new("RGB", (COLUMNS * wide, rows * high), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=10)
    for number, each in enumerate(drawn):
        left, top = number % COLUMNS * wide + GAP_PX, number // COLUMNS * high + GAP_PX
        one, other = (Image.fromarray(square(pixels, TILE_PX)) for pixels in (each.one, each.other))
        for place, tile in enumerate((one, laid(other, each.pair), other)):
            sheet.paste(tile, (left + place * (TILE_PX + 1), top))
        for place, line in enumerate(each.lines):
            pen.text((left, top + TILE_PX + 1 + place * LINE_PX), line, fill="black", font=font)
    return np.asarray(sheet)


def laid(picture: Image.Image, pair: Pair) -> Image.Image:
    """Return a square picture mirrored, turned, scaled and shifted as the second of a pair lies on the first."""
    side = picture.width
    middle, per_px = (side - 1) / 2, side / SIDE_PX
    cosine = math.cos(math.radians(pair.degrees)) / pair.scale
    sine = math.sin(math.radians(pair.degrees)) / pair.scale
    right, down = middle + pair.right_px * per_px, middle + pair.down_px * per_px
    # Where each pixel of the result comes from: (right, down) = (a x + b y + c, d x + e y + f).
    row = (cosine, sine, middle - cosine * right - sine * down)
    column = (-sine, cosine, middle + sine * right - cosine * down)
    if pair.mirrored:
        row = (-row[0], -row[1], side - 1 - row[2])
    # Pillow counts from the corner of a pixel, the places above from its middle.
    row, column = (((a, b, c + 0.5 - 0.5 * (a + b))) for a, b, c in (row, column))
    return picture.transform(
        (side, side), Image.Transform.AFFINE, (*row, *column), Image.Resampling.BILINEAR, fillcolor="white"
    )
