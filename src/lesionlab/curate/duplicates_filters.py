"""Linear filters of small squares as matrices, and their bilinear samples: whole batches in a few multiplications."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIDE_PX = 64  # every picture is compared at this size

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]


def grey(squares: NDArray[np.uint8]) -> Floats:
    """Return the luminance of uint8 [n, S, S, 3] RGB: float32 [n, S, S], 0..255."""
    return np.asarray(squares.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32), np.float32)


def band(pictures: Floats, fine_px: float, coarse_px: float) -> Floats:
    """Return what lies between two Gaussian blurs of these standard deviations: float32 [n, 64, 64]."""
    return smooth(pictures, fine_px) - smooth(pictures, coarse_px)


def smooth(pictures: Floats, deviation_px: float) -> Floats:
    """Blur float32 [n, 64, 64] with a Gaussian."""
    matrix = _gaussian(deviation_px)
    return np.asarray(matrix @ pictures @ matrix.T, np.float32)


def box(pictures: Floats, width_px: int) -> Floats:
    """Return the mean over squares of this odd width around each pixel of float32 [n, 64, 64]."""
    matrix = _box(width_px)
    return np.asarray(matrix @ pictures @ matrix.T, np.float32)


def sample(planes: Floats, rows: Floats, columns: Floats) -> Floats:
    """Return float32 [n, H, W] read between its pixels at places [m] or [n, m], which must lie inside: [n, m]."""
    height, width = planes.shape[1:]
    top = np.clip(rows.astype(np.int32), 0, height - 2)
    left = np.clip(columns.astype(np.int32), 0, width - 2)
    down, right = rows - top, columns - left
    flat = planes.reshape(len(planes), height * width)
    first = np.broadcast_to(top * width + left, (len(planes), rows.shape[-1]))

    def at(step: int) -> Any:
        return np.take_along_axis(flat, first + step, axis=1)

    upper = at(0) * (1 - right) + at(1) * right
    lower = at(width) * (1 - right) + at(width + 1) * right
    sampled: Floats = upper * (1 - down) + lower * down
    return sampled


def unit(rows: Floats) -> Floats:
    """Return rows [n, d] less their mean row, each of length one (or zero where it is the mean)."""
    centred = rows - rows.mean(axis=0)
    return np.asarray(centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-6), np.float32)


def threads() -> ThreadPoolExecutor:
    """Return threads for work that is NumPy's alone, which lets go of the interpreter's lock."""
    return ThreadPoolExecutor(max_workers=2)


def runs(count: int, size: int) -> Sequence[slice]:
    """Return slices that cover `count` items in order, `size` at a time."""
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]


@cache
def _gaussian(deviation_px: float) -> Floats:
    reach = int(4 * deviation_px + 0.5)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation_px) ** 2)
    return _mirrored(weights / weights.sum())


@cache
def _box(width_px: int) -> Floats:
    return _mirrored(np.full(width_px, 1 / width_px))


def _mirrored(weights: NDArray[np.float64]) -> Floats:
    """Return the matrix that convolves a line of 64 pixels, which is mirrored at its ends."""
    reach = len(weights) // 2
    matrix = np.zeros((SIDE_PX, SIDE_PX))
    for row in range(SIDE_PX):
        for step, weight in enumerate(weights):
            place = (row + step - reach) % (2 * SIDE_PX)
            matrix[row, min(place, 2 * SIDE_PX - 1 - place)] += weight
    return matrix.astype(np.float32)
