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
    well_inside = ~_spread(border, 4)
    strokes = _strokes(grey) & well_inside
    scores = {
        "sharpness": sharpness(grey, well_inside),
        "brightness": float(grey[~border].mean()) if not border.all() else 0.0,
        "clipped": float((grey > CLIPPED).mean()),
        "black_border": float(border.mean()),
        "strokes": float(strokes.mean()),
    }
    return {name: round(value, 4) for name, value in scores.items()}


def border_mask(grey: Grey) -> Mask:
    """Return the pixels from which a straight walk to one of the four sides meets only darkness."""
    height, width = grey.shape
    down, right = np.arange(height)[:, None], np.arange(width)
    top, bottom = _runs(grey < DARK)
    left, end = _runs((grey < DARK).T)
    outer_rows = (down < top) | (down >= height - bottom)
    return np.asarray(outer_rows | (right < left[:, None]) | (right >= width - end[:, None]), np.bool_)


def _runs(dark: Mask) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many pixels are dark without a break from the top, and from the bottom, of each column."""
    light = ~dark
    none = ~light.any(axis=0)
    top, bottom = light.argmax(axis=0), light[::-1].argmax(axis=0)
    return np.where(none, len(light), top), np.where(none, len(light), bottom)


def sharpness(grey: Grey, counted: Mask) -> float:
    """Return how much of the detail up to 8 px is finest detail, 0..1, in the middle one of the tiles that show any.

    Contrast and exposure cancel out, and neither an outline nor a border decides alone.
    """
    softer = _softened(_softened(grey))
    finest, rest = _tiles((grey - softer) ** 2), _tiles((softer - _coarse(grey)) ** 2)
    showing = _tiles(counted) > 0.99
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
    return _widened_down(np.ascontiguousarray(_widened_down(values, by_px).T), by_px).T


def _widened_down(values: NDArray[np.uint8], by_px: int) -> NDArray[np.uint8]:
    margin = np.zeros((by_px, values.shape[1]), np.uint8)
    greatest = np.concatenate([margin, values, margin])
    reach, length = 1, 2 * by_px + 1
    while reach < length:  # doubling: the greatest of the next 1, 2, 4, ... rows
        step = min(reach, length - reach)
        greatest = np.maximum(greatest[:-step], greatest[step:])
        reach += step
    return greatest
