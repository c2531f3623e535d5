"""What of a picture stays when it is moved, turned or scaled: the views by which pairs are found and laid together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.imaging import square
from lesionlab.core.progress import Progress, silent
from lesionlab.curate.duplicates_filters import SIDE_PX, Floats, band, grey, runs, sample, smooth, threads, unit

BLOCK = 256
LOW = 10  # the spectrum's frequencies kept, in cycles a side
ANGLES, RADII = 30, 14  # of the spectrum in polar coordinates, for the vector
RING_ANGLES, RINGS, RING_RATIO = 60, 22, 1.1  # and for laying two pictures together: 3 degrees, 10% in scale
HARMONICS = 9
COLOUR_WEIGHT = 0.2  # beside 1 for the spectrum and 1 for its harmonics
DETAIL_STEP = 1 / 32

Squares = Callable[[slice], NDArray[np.uint8]]


@dataclass(frozen=True, eq=False)
class Views:
    """Views of n pictures.

    `vectors` [n, D]: the more alike, the greater the product; moving the picture hardly changes them. From column
    `turnless` on, turning and mirroring do not either. `rings` float16 [n, 22, 60]: the spectrum by radius and angle.
    `detail` int8 [n, 64, 64]: detail of 1 to 4 px, evened out in contrast.
    """

    vectors: Floats
    turnless: int
    rings: NDArray[np.float16]
    detail: NDArray[np.int8]


def to_side(squares: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return uint8 [n, S, S, 3] at 64 px."""
    if squares.shape[1] == SIDE_PX:
        return squares
    return np.stack([square(each, SIDE_PX) for each in squares])


def describe(squares: Squares, count: int, progress: Progress = silent) -> Views:
    """Return the views of `count` pictures; `squares(slice)` yields uint8 [n, 64, 64, 3]."""
    low = np.empty((count, (2 * LOW + 1) * (LOW + 1)), np.float32)
    harmonics = np.empty((count, RADII * HARMONICS), np.float32)
    colours = np.empty((count, 6), np.float32)
    rings = np.empty((count, RINGS, RING_ANGLES), np.float16)
    detail = np.empty((count, SIDE_PX, SIDE_PX), np.int8)

    def fill(run: slice) -> int:
        pixels = squares(run)
        light = np.log(grey(pixels) + 16)
        low[run], harmonics[run], colours[run] = _spectrum(light), _harmonics(light), _colours(pixels)
        rings[run], detail[run] = _rings(light), _detail(light)
        return int(run.stop)

    with threads() as pool:
        for done in pool.map(fill, runs(count, BLOCK)):
            progress(done, count)
    spread = np.maximum(colours.std(axis=0), 1e-6)
    views = [unit(low), unit(harmonics), COLOUR_WEIGHT**0.5 * unit((colours - colours.mean(axis=0)) / spread)]
    return Views(np.concatenate(views, axis=1, dtype=np.float32), low.shape[1], rings, detail)


def _spectrum(light: Floats) -> Floats:
    found = np.abs(np.fft.rfft2(_windowed(light, _hann()))) ** 0.5
    rows = np.arange(-LOW, LOW + 1) % SIDE_PX
    return np.asarray(found[:, rows, : LOW + 1].reshape(len(light), -1), np.float32)


def _harmonics(light: Floats) -> Floats:
    polar = _polar(_windowed(light, _round_hann()), SIDE_PX, 1.2 * 1.19 ** np.arange(RADII, dtype=np.float64), ANGLES)
    return np.asarray((np.abs(np.fft.rfft(polar))[:, :, :HARMONICS] / ANGLES) ** 0.5, np.float32).reshape(
        len(light), -1
    )


def _rings(light: Floats) -> Floats:
    radii = 2 * 2.5 * RING_RATIO ** np.arange(RINGS, dtype=np.float64)  # twice the size: the plane is padded to 128
    polar = _polar(_windowed(band(light, 0.5, 4), _hann()), 2 * SIDE_PX, radii, RING_ANGLES)
    polar = polar - polar.mean(axis=2, keepdims=True)
    return np.asarray(polar / (polar.std(axis=(1, 2), keepdims=True) + 1e-6), np.float32)


def _polar(planes: Floats, padded_px: int, radii: NDArray[np.float64], angles: int) -> Floats:
    """Return the root of the spectrum's magnitude on half circles: [n, radii, angles], from -90 to 90 degrees."""
    spectrum = np.abs(np.fft.rfft2(planes, s=(padded_px, padded_px))).astype(np.float32) ** 0.5
    middle = np.roll(spectrum, padded_px // 2, axis=1)  # rows by frequency, zero in the middle
    turn = np.pi * np.arange(angles) / angles - np.pi / 2
    rows = padded_px // 2 + np.outer(radii, np.sin(turn))
    columns = np.outer(radii, np.cos(turn))
    flat = sample(middle, rows.ravel().astype(np.float32), columns.ravel().astype(np.float32))
    return flat.reshape(len(planes), len(radii), angles)


def _detail(light: Floats) -> NDArray[np.int8]:
    fine = band(light, 0.5, 2)
    even = fine / np.sqrt(smooth(fine * fine, 6) + 1e-4)
    even = even - even.mean(axis=(1, 2), keepdims=True)
    even = even / (even.std(axis=(1, 2), keepdims=True) + 1e-6)
    return np.asarray(np.clip(np.rint(even / DETAIL_STEP), -127, 127), np.int8)


def _colours(pixels: NDArray[np.uint8]) -> Floats:
    logs = np.log(pixels.astype(np.float32) + 16)
    return np.concatenate([logs.mean(axis=(1, 2)), logs.std(axis=(1, 2))], axis=1)


def _windowed(light: Floats, window: Floats) -> Floats:
    mean = (light * window).sum(axis=(1, 2), keepdims=True) / window.sum()
    return np.asarray((light - mean) * window, np.float32)


@cache
def _hann() -> Floats:
    line = np.hanning(SIDE_PX + 2)[1:-1]
    return np.outer(line, line).astype(np.float32)


@cache
def _round_hann() -> Floats:
    places = np.arange(SIDE_PX) - (SIDE_PX - 1) / 2
    radius = np.minimum(np.hypot(places[:, None], places), SIDE_PX / 2)
    return np.asarray(0.5 + 0.5 * np.cos(np.pi * radius / (SIDE_PX / 2)), np.float32)
