"""Drawing tools of the procedural lesions: smooth noise, outlines, networks, clods and strokes, at any size."""

from __future__ import annotations

import copy
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]  # one value a pixel, [S, S]

_Taps = tuple[NDArray[np.intp], Field]

_EXTENT = 2.0  # noise is laid out over -2..2, wider than any view


class Canvas:
    """A square view of a lesion: `x` and `y` run from about -1 to 1; random draws do not depend on the size."""

    def __init__(self, size_px: int, rng: np.random.Generator, zoom: float, shift: tuple[float, float]) -> None:
        axis = (((np.arange(size_px) + 0.5) / size_px * 2 - 1) / zoom).astype(np.float32)
        self.size_px = size_px
        self.rng = rng
        self.pixel = float(2 / size_px / zoom)
        self._axes: tuple[Field, Field] = (axis - np.float32(shift[1]), axis - np.float32(shift[0]))
        self._taps: dict[int, tuple[_Taps, _Taps]] = {}
        self.y = np.ascontiguousarray(np.broadcast_to(self._axes[0][:, None], (size_px, size_px)))
        self.x = np.ascontiguousarray(np.broadcast_to(self._axes[1][None, :], (size_px, size_px)))

    def noise(self, cells: int) -> Field:
        """Return smooth noise of about zero mean and half a unit of deviation, `cells` across the view."""
        knots = 2 * cells + 4
        lattice = self.rng.random((knots, knots), dtype=np.float32) * 4 - 2
        if cells not in self._taps:
            self._taps[cells] = _spline_taps(self._axes, cells)
        rows, columns = self._taps[cells]
        return _interpolate(_interpolate(lattice.T, columns).T, rows)

    def warped(self, strength: float, cells: int) -> Canvas:
        """Return a canvas whose `x` and `y` are displaced by noise, so that what is drawn on it looks grown."""
        other = copy.copy(self)
        other.x = self.x + np.float32(strength) * self.noise(cells)
        other.y = self.y + np.float32(strength) * self.noise(cells)
        return other

    def fractal(self, cells: int, octaves: int = 3) -> Field:
        """Return noise with finer detail of half the strength in each octave."""
        total = self.noise(cells)
        for octave in range(1, octaves):
            total = total + self.noise(cells << octave) * np.float32(0.5**octave)
        return total

    def outline(self, radius: float, stretch: float, wobble: float, cells: int = 3) -> Field:
        """Return the depth inside a blob: positive within, negative outside, about one unit of `x` a unit."""
        angle = self.rng.uniform(0, np.pi)
        cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        along, across = self.x * cos + self.y * sin, self.y * cos - self.x * sin
        root = np.float32(np.sqrt(stretch))
        distance: Field = np.hypot(along / root, across * root)
        depth: Field = np.float32(radius) - distance + np.float32(wobble) * self.fractal(cells)
        return depth

    def network(self, period: float) -> Field:
        """Return a honeycomb in 0..1: 1 on its cords, 0 in its holes."""
        turn = self.rng.uniform(0, np.pi)
        wave = 2 * np.pi / period
        total: Field = np.zeros_like(self.x)
        for third in range(3):
            angle = turn + third * np.pi * 2 / 3
            total += np.cos(np.float32(wave * np.cos(angle)) * self.x + np.float32(wave * np.sin(angle)) * self.y)
        return 1 - step(total, -1.25, 0.5)

    def dots(self, centres: Field, radii: Field, edge: float = 0.35) -> Field:
        """Return round dots in 0..1; `centres` [n, 2] as (x, y), `radii` [n], `edge` their softness."""
        return 1 - step(self.distance(centres, radii), 1 - edge, 1 + edge)

    def distance(self, centres: Field, radii: Field) -> Field:
        """Return the smallest distance to a dot in units of its radius."""
        least: Field = np.sqrt(self._squares(centres, radii).min(0))
        return least

    def nearest(self, centres: Field, radii: Field) -> tuple[Field, NDArray[np.intp]]:
        """Return the smallest distance to a dot in units of its radius, and which dot that is."""
        squares = self._squares(centres, radii)
        which = squares.argmin(0)
        return np.sqrt(np.take_along_axis(squares, which[None], 0)[0]), which

    def _squares(self, centres: Field, radii: Field) -> Field:
        share = (1 / np.maximum(radii, self.pixel * 0.6)).astype(np.float32)[:, None, None]
        across: Field = (self.x - centres[:, 0, None, None]) * share
        down = (self.y - centres[:, 1, None, None]) * share
        across *= across
        down *= down
        across += down
        return across

    def strokes(self, paths: Iterable[tuple[Field, float, float]]) -> Field:
        """Return lines in 0..1; each path is points [n, 2] as (x, y) with its width at the start and the end."""
        drawn = np.zeros((self.size_px, self.size_px), np.float32)
        for points, first_width, last_width in paths:
            self._stroke(drawn, points, first_width, last_width)
        return drawn

    def _stroke(self, drawn: Field, points: Field, first_width: float, last_width: float) -> None:
        steps = max(2, int(2.5 * np.abs(np.diff(points, axis=0)).sum() / self.pixel))
        place = np.linspace(0, len(points) - 1, steps)
        knots = np.arange(len(points))
        column = (np.interp(place, knots, points[:, 0]) - self._axes[1][0]) / self.pixel
        row = (np.interp(place, knots, points[:, 1]) - self._axes[0][0]) / self.pixel
        radius = np.linspace(first_width, last_width, steps) / self.pixel / 2
        strength = np.minimum(1, radius / 0.5)  # thinner than a pixel: fainter, not thinner
        radius = np.maximum(radius, 0.5)
        reach = int(np.ceil(radius.max() + 0.5))
        offsets = np.arange(-reach, reach + 1)
        rows = (np.round(row).astype(int)[:, None] + offsets)[:, :, None]
        columns = (np.round(column).astype(int)[:, None] + offsets)[:, None, :]
        distance = np.hypot(rows - row[:, None, None], columns - column[:, None, None])
        cover = np.clip(radius[:, None, None] + 0.5 - distance, 0, 1) * strength[:, None, None]
        rows, columns = np.broadcast_arrays(rows, columns)
        inside = (rows >= 0) & (rows < self.size_px) & (columns >= 0) & (columns < self.size_px) & (cover > 0)
        np.maximum.at(drawn, (rows[inside], columns[inside]), cover[inside].astype(np.float32))


def step(values: Field, low: float, high: float) -> Field:
    """Return 0 below `low`, 1 above `high`, smooth between."""
    t = (values - np.float32(low)) * np.float32(1 / (high - low))
    np.minimum(np.maximum(t, 0, out=t), 1, out=t)
    smooth: Field = t * t * (3 - 2 * t)
    return smooth


def _spline_taps(axes: tuple[Field, Field], cells: int) -> tuple[_Taps, _Taps]:
    """Return, for each position on both axes, its first lattice knot and four cubic B-spline weights."""
    place = (np.concatenate(axes) + np.float32(_EXTENT)) * np.float32(cells / 2)
    first = place.astype(np.intp)
    t = place - first.astype(np.float32)
    square = t * t
    cube, rest = square * t, 1 - t
    weights = np.stack((rest * rest * rest, 3 * cube - 6 * square + 4, 1 + 3 * (t + square - cube), cube))[..., None]
    weights /= np.float32(6)
    half = len(axes[0])
    return (first[:half], weights[:, :half]), (first[half:], weights[:, half:])


def _interpolate(lattice: Field, taps: _Taps) -> Field:
    """Return [positions, n] from a lattice [knots, n]; sums in a fixed order, so no BLAS decides the last bit."""
    first, weights = taps
    lattice = np.ascontiguousarray(lattice)
    total: Field = weights[0] * lattice[first]
    for offset in (1, 2, 3):
        total += weights[offset] * lattice[first + offset]
    return total
