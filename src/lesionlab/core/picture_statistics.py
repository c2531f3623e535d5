"""Thirty numbers that say what a picture is made of: its colours, where they lie, and how rough they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.imaging import Pixels, square

STATISTICS_VERSION = 1  # raise it whenever a number changes: what was fitted to other numbers is void
STATISTICS = 30
SEEN_PX = 64  # every picture is first reduced to this, so that its own size says nothing
SIDE_PX = 32  # and to this by means of four: what JPEG and lenses do lies below
SCALES = 3  # 1, 2 and 4 of these pixels

_GREY = np.array([0.299, 0.587, 0.114], np.float32)
_FAINT = 0.003  # a roughness, of 1, below which a picture counts as smooth
_FLAT = 0.01  # likewise a spread of colours

Planes = NDArray[np.float32]  # [n, side, side]


def picture_statistics(pictures: Sequence[Pixels]) -> NDArray[np.float32]:
    """Return the numbers of pictures, uint8 [H, W, 3] RGB of any size, seen through their centre squares: [n, 30].

    Of lightness, red minus green, and green minus blue: mean, spread, the middle against the rim, the spread at the
    rim, both tails, and the roughness at three scales; then how far the colours spread along their own three axes.
    Turning and mirroring a picture by quarters changes none of them but for rounding.
    """
    found = np.empty((len(pictures), STATISTICS), np.float32)
    for start in range(0, len(pictures), 512):
        some = np.stack([square(picture, SEEN_PX) for picture in pictures[start : start + 512]])
        found[start : start + len(some)] = _statistics(_halved(some.astype(np.float32) / np.float32(255)))
    return found


def _statistics(colours: NDArray[np.float32]) -> NDArray[np.float32]:
    red, green, blue = colours[..., 0], colours[..., 1], colours[..., 2]
    planes = (np.asarray(colours @ _GREY, np.float32), red - green, green - blue)
    levels = [number for plane in planes for number in _levels(plane)]
    roughness = [number for plane in planes for number in _roughness(plane)]
    return np.stack([*levels, *roughness, *_colour_axes(colours)], axis=1)


def _levels(plane: Planes) -> list[NDArray[np.float32]]:
    middle, rim = _zones()
    flat, outer = plane.reshape(len(plane), -1), plane[:, rim]
    low, high = np.quantile(flat, (0.05, 0.95), axis=1)
    return [
        flat.mean(axis=1),
        np.log(flat.std(axis=1) + _FLAT),
        plane[:, middle].mean(axis=1) - outer.mean(axis=1),
        np.log(outer.std(axis=1) + _FLAT),
        low,
        high,
    ]


def _zones() -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the inner disc and the ring within the square's sides."""
    axis = (np.arange(SIDE_PX) + 0.5) / SIDE_PX * 2 - 1
    distance = np.hypot(axis, axis[:, None])
    return distance < 0.5, (distance > 0.8) & (distance < 1.0)


def _roughness(plane: Planes) -> list[NDArray[np.float32]]:
    """Return the log of the steps between neighbours, at each scale."""
    found = []
    for _ in range(SCALES):
        steps = sum((np.diff(plane, axis=axis) ** 2).mean(axis=(1, 2)) for axis in (1, 2))
        found.append(np.asarray(np.log(np.sqrt(steps) + _FAINT), np.float32))
        plane = _halved(plane)
    return found


def _colour_axes(colours: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Return the log of the variance along the three axes of a picture's colours, the least first."""
    flat = colours.reshape(len(colours), -1, 3)
    centred = flat - flat.mean(axis=1, keepdims=True)
    covariances = np.einsum("npi,npj->nij", centred, centred) / flat.shape[1]
    values = np.maximum(np.linalg.eigvalsh(covariances), 0)
    return list(np.asarray(np.log(values + 1e-5), np.float32).T)


def _halved(planes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the means of 2 x 2 pixels of [n, side, side, ...]."""
    side = planes.shape[1] // 2
    shape = (len(planes), side, 2, side, 2, *planes.shape[3:])
    return np.asarray(planes.reshape(shape).mean(axis=(2, 4)), np.float32)
