"""A 255-bit hash of a picture's inner part, to be found again in any picture that holds this part."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lesionlab.core.imaging import Pixels, square
from lesionlab.core.picture_hash import Hashes

SIDE_PX = 64  # the grey square that is transformed
KEPT = 16  # frequencies kept along each axis; their signs are the bits
INNER = 0.75  # of the side: what a picture still holds when a little was cut off
CROPS = ((0.0, 1), (0.025, 3), (0.05, 5))  # how much may have been cut off, and at how many places along an axis
WORDS = KEPT * KEPT // 64

Coefficients = NDArray[np.float32]


def inner_hash(pixels: Pixels) -> Hashes:
    """Return the hash of the inner part of uint8 [H, W, 3] RGB: uint64 [4]; the first word is the coarsest."""
    return np.asarray(_bits(_window(_grey(pixels), *_place(0.0, 1)))[0, 0], np.uint64)


def window_hashes(pixels: Pixels) -> Hashes:
    """Return the hashes of all windows that may be the inner part of an uncut picture: uint64 [35, 8, 4].

    The second axis holds the eight orientations; the first window is that of a picture that was not cut.
    """
    grey = _grey(pixels)
    return _bits(np.concatenate([_window(grey, *_place(crop, count)) for crop, count in CROPS]))


def _grey(pixels: Pixels) -> NDArray[np.float32]:
    return np.asarray(Image.fromarray(square(pixels, SIDE_PX)).convert("L"), np.float32)


def _place(crop: float, count: int) -> tuple[float, tuple[float, ...]]:
    """Return the length of the inner part in a picture that was cut, and where along an axis it may begin."""
    length = SIDE_PX * INNER / (1 - crop)
    middle, slack = (SIDE_PX - length) / 2, crop / (1 - crop) * SIDE_PX / 2
    return length, tuple(np.linspace(middle - slack, middle + slack, count).tolist())


def _window(grey: NDArray[np.float32], length: float, starts: tuple[float, ...]) -> Coefficients:
    """Return the cosine frequencies of the windows at all pairs of starts: float32 [n * n, 16, 16]."""
    rows = np.concatenate([_cosines(start, length) for start in starts])
    count = len(starts)
    found = (rows @ grey @ rows.T).reshape(count, KEPT, count, KEPT)
    return np.asarray(found.transpose(0, 2, 1, 3).reshape(count * count, KEPT, KEPT), np.float32)


@cache
def _cosines(start: float, length: float) -> NDArray[np.float32]:
    """Return the cosines over an interval of 64 pixels, whose ends may lie within a pixel: float32 [16, 64]."""
    edges = np.clip((np.arange(SIDE_PX + 1) - start) / length, 0, 1)
    middles, weights = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    return np.asarray(np.cos(np.pi * np.outer(np.arange(KEPT), middles)) * weights, np.float32)


def _bits(coefficients: Coefficients) -> Hashes:
    """Return the signs in all eight orientations, coarse before fine: [n, 16, 16] to uint64 [n, 8, 4]."""
    flat = coefficients.reshape(-1, KEPT * KEPT)
    above, below = flat > 0, flat < 0
    above[:, 0] = below[:, 0] = False  # the mean's sign says nothing
    oriented = np.empty((len(flat), 8, KEPT * KEPT), np.bool_)
    for number, negated in enumerate(_mirrored()):
        signs = np.where(negated, below, above)
        oriented[:, number] = signs[:, _coarse_first()]
        oriented[:, number + 4] = (
            signs.reshape(-1, KEPT, KEPT).swapaxes(1, 2).reshape(-1, KEPT * KEPT)[:, _coarse_first()]
        )
    return np.asarray(np.packbits(oriented, axis=-1).view(">u8"), np.uint64)


@cache
def _mirrored() -> NDArray[np.bool_]:
    """Return which frequencies a mirror negates: across, along, both ways: bool [4, 256], the first as it lies."""
    odd = np.arange(KEPT) % 2 == 1
    down, right = np.repeat(odd, KEPT), np.tile(odd, KEPT)
    return np.stack([np.zeros_like(down), right, down, down ^ right])


@cache
def _coarse_first() -> NDArray[np.int64]:
    """Return an order of the frequencies in which the first 64 are the lowest 8 along both axes."""
    down, right = np.mgrid[:KEPT, :KEPT]
    return np.lexsort((np.arange(KEPT * KEPT), np.maximum(down, right).ravel()))
