"""Kernel distance: how far apart two sets of features lie, without bias at any n (Binkowski 2018, section 3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import InputError
from lesionlab.metrics.gram import Block, Points, points, read
from lesionlab.metrics.space import Features, check_sets


class KernelSum:
    """Add up the cubic kernel (x.y / d + 1)^3 over all pairs of two sets, block by block."""

    def __init__(self, rows: Points, columns: Points) -> None:
        self._totals = np.zeros(len(rows.near))  # of each row
        dims = rows.near.shape[1]
        self._gain = np.float32(1 / (rows.scale**2 * dims))
        self._rows, self._columns = (_along_centre(points).astype(np.float32) for points in (rows, columns))

    def __call__(self, rows: slice, block: Block) -> None:
        """Add the kernel of inner products [rows, columns]."""
        self._totals[rows] = self.kernel(rows, block).sum(axis=1)

    @property
    def total(self) -> float:
        """The sum over all pairs."""
        return float(self._totals.sum())

    def kernel(self, rows: slice, block: Block) -> Block:
        """Return the kernel of inner products [rows, columns]."""
        base = block * self._gain
        base += self._rows[rows, None]
        base += self._columns
        cube: Block = np.square(base)
        cube *= base
        return cube


def _along_centre(points: Points) -> NDArray[np.float64]:
    """Return half of what x.y / d + 1 is more than the centred inner product / d, the share of each x."""
    along = points.near @ points.centre / points.scale + points.centre @ points.centre / 2
    return np.asarray(along / len(points.centre) + 0.5)


def self_kernels(features: Features) -> NDArray[np.float64]:
    """Return the kernel of each image with itself: float64 [n]."""
    return np.asarray((np.einsum("ij,ij->i", features, features, dtype=np.float64) / features.shape[1] + 1) ** 3)


def kid(real: Features, fake: Features) -> float:
    """Return the squared maximum mean discrepancy with the cubic kernel (x.y / d + 1)^3, over all pairs.

    The estimate is unbiased: sets of one distribution give zero on average, negative ones nearly every other time.
    Features are float32 [n, d] and [m, d].

    Raises:
        InputError: fewer than 2 images in a set, different widths, or values not finite.
    """
    check_sets(real, fake, 2)
    one, other = points(real, fake)
    sums = KernelSum(one, one), KernelSum(other, other), KernelSum(one, other)
    read(one, one, sums[0])
    read(other, other, sums[1])
    read(one, other, sums[2])
    return unbiased(real, fake, *sums)


def unbiased(
    real: Features, fake: Features, within_real: KernelSum, within_fake: KernelSum, across: KernelSum
) -> float:
    """Return the estimate from the three sums over all pairs, an image with itself left out."""
    n, m = len(real), len(fake)
    apart = [
        (sum_.total - float(self_kernels(features).sum())) / (len(features) * (len(features) - 1))
        for sum_, features in ((within_real, real), (within_fake, fake))
    ]
    return apart[0] + apart[1] - 2 * across.total / (n * m)


def kid_subsets(real: Features, fake: Features, subsets: int, size: int, seed: int) -> tuple[float, float]:
    """Return mean and standard deviation over random subsets, as papers report it (torch-fidelity: 100 of 1,000).

    The subsets are those torch-fidelity draws with the same seed. `kid` uses all pairs and is the better estimate.

    Raises:
        InputError: a subset is larger than a set or smaller than 2, no subset, or features as `kid` refuses them.
    """
    check_sets(real, fake, 2)
    fewest = min(len(real), len(fake))
    if not 2 <= size <= fewest or subsets < 1:
        raise InputError(
            f"{subsets} subsets of {size} cannot be drawn from {fewest:,} images.",
            f"Ask for at least one subset, of 2 to {fewest:,} images, or for `kid`, which uses all pairs.",
        )
    draw = np.random.RandomState(seed)  # as the reference does, so that the subsets are the same
    found = []
    for _ in range(subsets):
        first = draw.choice(len(real), size, replace=False)
        found.append(kid(real[first], fake[draw.choice(len(fake), size, replace=False)]))
    return float(np.mean(found)), float(np.std(found))
