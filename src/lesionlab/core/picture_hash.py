"""A perceptual hash that survives scaling, re-encoding and small edits, and its eight orientations."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lesionlab.core.imaging import Pixels, square

SIDE_PX = 32  # the grey square that is transformed
KEPT = 8  # frequencies kept along each axis: 64 bits
ORIENTATIONS = 8

Hashes = NDArray[np.uint64]


@cache
def _cosines() -> NDArray[np.float64]:
    places = np.arange(SIDE_PX) + 0.5
    return np.cos(np.pi / SIDE_PX * np.outer(np.arange(KEPT), places))


def frequencies(pixels: Pixels) -> NDArray[np.float64]:
    """Return the 8x8 lowest cosine frequencies of the centre square in grey: float64 [8, 8]."""
    side = square(pixels, SIDE_PX) if pixels.shape[:2] != (SIDE_PX, SIDE_PX) else pixels
    grey = np.asarray(Image.fromarray(side).convert("L"), np.float64)
    return _cosines() @ grey @ _cosines().T


def oriented(coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the frequencies of all eight flips and quarter turns: [..., 8, 8] to [..., 8 orientations, 8, 8].

    A mirrored picture has the same frequencies with every odd one negated, a transposed one has them transposed.
    """
    sign = np.where(np.arange(KEPT) % 2, -1.0, 1.0)
    plain = [coefficients, coefficients * sign, coefficients * sign[:, None], coefficients * np.outer(sign, sign)]
    return np.stack([*plain, *(np.swapaxes(each, -1, -2) for each in plain)], axis=-3)


def bits(coefficients: NDArray[np.float64]) -> Hashes:
    """Return the hash of frequencies [..., 8, 8]: uint64 [...], a bit for each above their median."""
    flat = coefficients.reshape(*coefficients.shape[:-2], KEPT * KEPT)
    above = flat > np.median(flat, axis=-1, keepdims=True)
    return np.packbits(above, axis=-1).view(">u8")[..., 0].astype(np.uint64)


def picture_hash(pixels: Pixels) -> int:
    """Return the 64-bit hash of uint8 [H, W, 3] RGB, of its centre square."""
    return int(bits(frequencies(pixels)))


def orientation_hashes(pixels: Pixels) -> Hashes:
    """Return the hashes of the eight flips and quarter turns of a picture: uint64 [8], the first as it lies."""
    return bits(oriented(frequencies(pixels)))


def distance(one: Hashes | int, other: Hashes | int) -> NDArray[np.uint8]:
    """Return how many bits differ, element by element: 0..64."""
    return np.bitwise_count(np.bitwise_xor(np.asarray(one, np.uint64), np.asarray(other, np.uint64)))
