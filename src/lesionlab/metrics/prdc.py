"""Precision, recall (Kynkaanniemi 2019), density and coverage (Naeem 2020): what is right, and what is missing."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionlab.metrics.gram import Block, Points, points, read
from lesionlab.metrics.neighbours import Nearest, apart_from_itself
from lesionlab.metrics.space import Features, check_sets


@dataclass(frozen=True)
class Prdc:
    """Shares in [0, 1], but for density, whose expectation for equal sets is 1.

    Around each image lies a ball that reaches to its k-th nearest neighbour in its own set.
    """

    precision: float  # synthetic images within some real ball
    recall: float  # real images within some synthetic ball
    density: float  # real balls around a synthetic image, by k
    coverage: float  # real balls that hold a synthetic image


class Balls:
    """Count which images of each set lie within the other's balls; a point on the edge lies within.

    The balls' squared radii are float64 [n] and [m], in scaled units.
    """

    def __init__(
        self, real: Points, fake: Points, real_radii: NDArray[np.float64], fake_radii: NDArray[np.float64]
    ) -> None:
        self._real, self._fake = real, fake
        self._real_radii, self._fake_radii = real_radii, fake_radii
        self._balls_around_fake = np.zeros(len(fake_radii), dtype=np.int64)
        self._real_holds = np.zeros(len(real_radii), dtype=bool)
        self._real_is_held = np.zeros(len(real_radii), dtype=bool)
        self._lock = threading.Lock()

    def __call__(self, rows: slice, block: Block) -> None:
        """Read the inner products of real [rows] with synthetic images [columns]."""
        bounds = self._real.at_least(rows, block, self._fake)
        real, fake = self._within(rows, bounds, self._real_radii[rows, None])
        with self._lock:
            np.add.at(self._balls_around_fake, fake, 1)
        self._real_holds[real] = True
        real, _ = self._within(rows, bounds, self._fake_radii[None, :])
        self._real_is_held[real] = True

    def _within(
        self, rows: slice, bounds: Block, radii: NDArray[np.float64]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the pairs no further apart than a squared radius; what float32 cannot decide is measured anew."""
        real, fake = np.divmod(np.flatnonzero(bounds <= radii.astype(np.float32)), bounds.shape[1])
        limits, found = np.broadcast_to(radii, bounds.shape)[real, fake], bounds[real, fake]
        real += rows.start
        slack = 2 * self._real.rounding * (self._real.squares[real] + self._fake.squares[fake])
        within = found + slack <= limits
        unsure = np.flatnonzero(~within)
        within[unsure] = self._real.exact_squared(real[unsure], self._fake, fake[unsure]) <= limits[unsure]
        return real[within], fake[within]

    def prdc(self, k: int) -> Prdc:
        """Return the four figures for balls that reach to the k-th neighbour."""
        return Prdc(
            precision=float(np.mean(self._balls_around_fake > 0)),
            recall=float(np.mean(self._real_is_held)),
            density=float(np.mean(self._balls_around_fake) / k),
            coverage=float(np.mean(self._real_holds)),
        )


def prdc(real: Features, fake: Features, nearest_k: int = 5) -> Prdc:
    """Return precision, recall, density and coverage of float32 [n, d] and [m, d], exactly, whatever the n.

    Raises:
        InputError: a set has no more than `nearest_k` images, different widths, or values not finite.
    """
    check_sets(real, fake, nearest_k + 1)
    one, other = points(real, fake)
    in_real, in_fake = radii_of(one, nearest_k), radii_of(other, nearest_k)
    read(one, one, in_real)
    read(other, other, in_fake)
    balls = Balls(one, other, in_real.squared[:, -1], in_fake.squared[:, -1])
    read(one, other, balls)
    return balls.prdc(nearest_k)


def radii_of(points: Points, nearest_k: int) -> Nearest:
    """Return the reader that finds how far each image's ball reaches: to its k-th neighbour in its own set."""
    return Nearest(points, points, nearest_k, apart_from_itself(len(points.near)))
