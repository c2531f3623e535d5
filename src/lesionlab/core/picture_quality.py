"""How good a photograph is as a photograph: sharpness, exposure, dark borders and strokes, from its pixels alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lesionlab.core.imaging import Pixels

SIDE_PX = 128  # the shorter side that every picture is reduced to first: the scores see nothing finer
DARK = 0.16  # of white: what a border of the dermatoscope is darker than, and hardly any lesion at the frame's side
CLIPPED = 0.98
STROKE_PX = 7  # wider than a hair, a tick or a letter's stroke at this size
STROKE_DEPTH = 0.10  # of white: how much darker than its surroundings a stroke is
TILE_PX = 16
NOISE = 1e-5  # variance of detail that says nothing

Grey = NDArray[np.float32]
Mask = NDArray[np.bool_]


def picture_quality(pixels: Pixels) -> dict[str, float]:
    """Return scores of a picture, uint8 [H, W, 3] RGB of any size, each 0..1, to four places.

    "sharpness": fine against coarser detail, lower where blurred. "brightness": the mean of what is no border.
    "clipped": the share that is white. "black_border": the share of dark frame and vignette. "strokes": the share
    that is thin and dark: hair above all, and the ticks and letters of a scale, which cannot be told from it here.
    They describe; nothing is dropped by them.
    """
    small = _reduced(pixels)
    grey = np.asarray(np.asarray(small.convert("L"), np.float32) / 255, np.float32)
    border = border_mask(grey)
    inside = ~border
    strokes = _strokes(grey) & ~_spread(border, 4)
    scores = {
        "sharpness": sharpness(grey, inside),
        "brightness": float(grey[inside].mean()) if inside.any() else 0.0,
        "clipped": float((grey > CLIPPED).mean()),
        "black_border": float(border.mean()),
        "strokes": float(strokes.mean()),
    }
    return {name: round(value, 4) for name, value in scores.items()}


def border_mask(grey: Grey) -> Mask:
    """Return the pixels from which a straight walk to one of the four sides meets only darkness."""
    dark = grey < DARK
    found = np.zeros_like(dark)
    for axis in (0, 1):
        found |= np.logical_and.accumulate(dark, axis=axis)
        found |= np.flip(np.logical_and.accumulate(np.flip(dark, axis), axis=axis), axis)
    return found


def sharpness(grey: Grey, inside: Mask) -> float:
    """Return how much of the detail up to 8 px is finest detail, 0..1, in the middle one of the tiles that show any.

    Contrast and exposure cancel out, and neither an outline nor a border decides alone.
    """
    softer = _softened(_softened(grey))
    finest, rest = _tiles((grey - softer) ** 2), _tiles((softer - _coarse(grey)) ** 2)
    showing = _tiles(inside & ~_spread(~inside, 4)) > 0.99
    if not showing.any():
        return 0.0
    share = np.sqrt(finest / (finest + rest + NOISE))
    return float(np.median(share[showing]))


def _tiles(values: NDArray[np.generic]) -> NDArray[np.float64]:
    """Return the means of tiles of 16 px, without the rest at the far sides."""
    down, right = (side // TILE_PX for side in values.shape)
    whole = values[: down * TILE_PX, : right * TILE_PX].astype(np.float64)
    return np.asarray(whole.reshape(down, TILE_PX, right, TILE_PX).mean(axis=(1, 3)))


def _reduced(pixels: Pixels) -> Image.Image:
    height, width = pixels.shape[:2]
    scale = SIDE_PX / min(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0)


def _softened(grey: Grey) -> Grey:
    """Blur by the weights 1, 2, 1 along both axes."""
    padded = np.pad(grey, 1, mode="edge")
    down = padded[:-2] + 2 * padded[1:-1] + padded[2:]
    return np.asarray((down[:, :-2] + 2 * down[:, 1:-1] + down[:, 2:]) / 16, np.float32)


def _coarse(grey: Grey) -> Grey:
    """Return the picture without detail below about 8 px."""
    image = Image.fromarray(grey)
    little = image.resize((max(1, image.width // 8), max(1, image.height // 8)), Image.Resampling.BOX)
    return np.asarray(little.resize(image.size, Image.Resampling.BICUBIC), np.float32)


def _strokes(grey: Grey) -> Mask:
    """Return the pixels of what is dark and thinner than a stroke: a closing fills it."""
    levels = np.asarray(grey * 255, np.uint8)
    filled = ~_widened(~_widened(levels, STROKE_PX // 2), STROKE_PX // 2)
    return np.asarray(filled.astype(np.int16) - levels > STROKE_DEPTH * 255, np.bool_)


def _spread(mask: Mask, by_px: int) -> Mask:
    return np.asarray(_widened(mask.astype(np.uint8), by_px) > 0, np.bool_)


def _widened(values: NDArray[np.uint8], by_px: int) -> NDArray[np.uint8]:
    """Return the greatest value within so many pixels along both axes."""
    for axis in (0, 1):
        margin = [(0, 0), (0, 0)]
        margin[axis] = (by_px, by_px)
        padded = np.moveaxis(np.pad(values, margin), axis, 0)
        length = values.shape[axis]
        greatest = padded[:length].copy()
        for step in range(1, 2 * by_px + 1):
            np.maximum(greatest, padded[step : step + length], out=greatest)
        values = np.moveaxis(greatest, 0, axis)
    return values
