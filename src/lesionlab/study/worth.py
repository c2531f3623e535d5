"""What synthetic images are worth, as a share of what as many new real images gave (Fieller 1954)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionlab.metrics.contrast import LEVEL, Contrast, contrast
from lesionlab.metrics.student import quantile

FAR = 1e6  # a bound beyond so many times the real images' gain is none
HALVINGS = 60


@dataclass(frozen=True)
class Worth:
    """A share, 1 being as good as new real images, and the bounds of its 95% interval; None where there are none."""

    share: float
    bounds: tuple[float, float] | None


def worth(
    synthetic: NDArray[np.float64],
    perfect: NDArray[np.float64],
    labels: NDArray[np.int64],
    folds: NDArray[np.int64],
    level: float = LEVEL,
) -> Worth:
    """Return gain by synthetic images / gain by held-back real ones, both over replay, from each lesion's differences.

    The interval holds each share s for which `synthetic - s perfect` is not told from zero. Where the real images' own
    gain is not told from zero, no share is excluded, and there are no bounds.
    """

    def excess(share: float) -> float:
        """Return how far a share lies outside, in units of the difference: above 0 it is excluded."""
        found = contrast(synthetic - share * perfect, labels, folds)
        return abs(found.estimate) - quantile((1 + level) / 2, found.df) * found.error

    gain, whole = contrast(synthetic, labels, folds), contrast(perfect, labels, folds)
    share = gain.estimate / whole.estimate if whole.estimate else math.nan
    if not _excludes_zero(whole, level) or whole.estimate < 0 or min(excess(-FAR), excess(FAR)) <= 0:
        return Worth(share, None)
    return Worth(share, (_edge(excess, share, -1), _edge(excess, share, 1)))


def _excludes_zero(found: Contrast, level: float) -> bool:
    low, high = found.interval(level)
    return low > 0 or high < 0


def _edge(excess: Callable[[float], float], inside: float, way: int) -> float:
    """Return the nearest share in a direction that is excluded."""
    step = 0.01
    while excess(inside + way * step) <= 0:
        step *= 2
    near, far = (0.0, step) if step == 0.01 else (step / 2, step)
    for _ in range(HALVINGS):
        middle = (near + far) / 2
        near, far = (near, middle) if excess(inside + way * middle) > 0 else (middle, far)
    return inside + way * far
