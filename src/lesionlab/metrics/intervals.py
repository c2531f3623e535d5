"""Intervals of generator metrics over images, by half-samples: resampling that draws no image twice.

A bootstrap draws images twice, which makes neighbours at no distance and spectra of too low a rank: density, coverage
and the Frechet distance come out wrong. Halves drawn without replacement vary as much as new sets of the full size do
(Shao and Wu 1989), and hold no image twice.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import InputError
from lesionlab.metrics.gram import Block, Points, points, read
from lesionlab.metrics.kid import KernelSum, self_kernels
from lesionlab.metrics.space import Features, check_sets

Halves = NDArray[np.bool_]  # [draws, n]
Labels = NDArray[np.integer]
Metric = Callable[[Features, Features], float | tuple[float, ...]]


def halves(n: int, draws: int, seed: int, strata: Labels | None = None, groups: Labels | None = None) -> Halves:
    """Draw half of n images at random, `draws` times: bool [draws, n].

    Within `strata` [n], such as diagnoses, half of each is drawn; the images of one of `groups` [n], such as a lesion,
    go together. An odd one out goes either way.
    """
    strata = np.zeros(n, dtype=np.intp) if strata is None else strata
    _, first, member = np.unique(np.arange(n) if groups is None else groups, return_index=True, return_inverse=True)
    _, stratum, sizes = np.unique(strata[first], return_inverse=True, return_counts=True)
    starts = np.cumsum(sizes) - sizes
    draw = np.random.default_rng(seed)
    drawn = np.empty((draws, n), dtype=bool)
    for number in range(draws):
        order = np.lexsort((draw.random(len(first)), stratum))
        place = np.empty(len(first), dtype=np.intp)
        place[order] = np.arange(len(first))
        half = (sizes + draw.integers(0, 2, len(sizes))) // 2
        drawn[number] = (place - starts[stratum] < half[stratum])[member]
    return drawn


def interval(value: float, resampled: NDArray[np.float64], level: float = 0.95) -> tuple[float, float]:
    """Return the bounds within which the metric's value would lie again, from its values on half-samples [draws].

    Their spread is laid about the value itself: a half-sample's own level is that of half the n. For a mean over
    classes, give the mean over classes of their values [classes, draws].
    """
    tails = np.quantile(resampled, [(1 - level) / 2, (1 + level) / 2]) - resampled.mean()
    return value + float(tails[0]), value + float(tails[1])


def resampled(
    metric: Metric, real: Features, fake: Features, real_halves: Halves, fake_halves: Halves
) -> NDArray[np.float64]:
    """Work a metric out on each pair of half-samples: float64 [draws], or [draws, figures] of one with several."""
    pairs = zip(real_halves, fake_halves, strict=True)
    return np.array([metric(real[some], fake[others]) for some, others in pairs], dtype=np.float64)


def kid_resampled(real: Features, fake: Features, real_halves: Halves, fake_halves: Halves) -> NDArray[np.float64]:
    """Return KID on each pair of half-samples: float64 [draws], all from one pass over the kernel.

    Raises:
        InputError: some half has fewer than 2 images, other numbers of draws, or features as `kid` refuses them.
    """
    check_sets(real, fake, 4)
    if len(real_halves) != len(fake_halves) or min(h.sum(axis=1).min() for h in (real_halves, fake_halves)) < 2:
        raise InputError("Some half-sample has fewer than 2 images.", "Give at least 4 images, or 4 lesions.")
    one, other = points(real, fake)
    means = [features.mean(axis=0, dtype=np.float64) for features in (real, fake)]
    offset = float((means[0] @ means[1] / len(means[0]) + 1) ** 3)
    across = _HalfSums(one, other, real_halves, fake_halves, offset)
    read(one, other, across)
    within = []
    for each, chosen in ((one, real_halves), (other, fake_halves)):
        sums = _HalfSums(each, each, chosen, chosen, offset)
        read(each, each, sums)
        themselves = chosen @ (self_kernels(each.exact) - offset)
        n = chosen.sum(axis=1)
        within.append((sums.totals - themselves) / (n * (n - 1)))
    pairs = real_halves.sum(axis=1) * fake_halves.sum(axis=1)
    return np.asarray(within[0] + within[1] - 2 * across.totals / pairs, dtype=np.float64)


class _HalfSums:
    """Add the kernel up over each half-sample's pairs; less a constant, which KID does not feel but float32 does."""

    def __init__(self, rows: Points, columns: Points, row_halves: Halves, column_halves: Halves, offset: float) -> None:
        self._sums: dict[int, NDArray[np.float64]] = {}  # by their first row
        self._offset = np.float32(offset)
        self._kernel = KernelSum(rows, columns)
        self._rows, self._columns = row_halves.astype(np.float32), column_halves.astype(np.float32)

    def __call__(self, rows: slice, block: Block) -> None:
        kernel = self._kernel.kernel(rows, block)
        kernel -= self._offset
        sums = self._rows[:, rows] @ kernel
        sums *= self._columns
        self._sums[rows.start] = sums.sum(axis=1, dtype=np.float64)

    @property
    def totals(self) -> NDArray[np.float64]:
        """The sums of each half-sample: float64 [draws]; added in the order of the rows, whichever came first."""
        totals: NDArray[np.float64] = np.sum([self._sums[first] for first in sorted(self._sums)], axis=0)
        return totals
