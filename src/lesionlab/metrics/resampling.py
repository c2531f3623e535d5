"""Bootstrap over lesions within class: every resample has as many lesions of each class, so that none vanishes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
Weights = NDArray[np.float64]  # [n, R]: how often each lesion was drawn in each resample


def resamples(truth: NDArray[np.int64], seed: int, count: int = RESAMPLES) -> Weights:
    """Return how often each lesion is drawn in each resample: float64 [n, count]; classes keep their numbers."""
    draw = np.random.default_rng(seed)
    weights = np.empty((len(truth), count))
    for label in np.unique(truth):
        rows = np.flatnonzero(truth == label)
        drawn = draw.integers(0, len(rows), (len(rows), count)) * count + np.arange(count)
        weights[rows] = np.bincount(drawn.ravel(), minlength=len(rows) * count).reshape(len(rows), count)
    return weights


def percentile_interval(values: NDArray[np.float64], level: float = 0.95) -> tuple[float, float]:
    """Return the bounds that hold the middle share of a metric's values on the resamples [R]."""
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
