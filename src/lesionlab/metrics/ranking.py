"""How well scores rank cases above others, for many weightings of the same lesions at once."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Flags = NDArray[np.bool_]
Doubles = NDArray[np.float64]
Singles = NDArray[np.float32]


class Ranking:
    """Scores [n] of cases and others, ranked once; each figure is of every column of weights [n, R].

    Weights are whole numbers, how often each lesion counts. Equal scores lie on one threshold.

    Raises:
        ValueError: there is no case, or nothing but cases.
    """

    def __init__(self, scores: Floats, positive: Flags, weights: Doubles) -> None:
        if positive.all() or not positive.any():
            raise ValueError("A ranking needs a case and a non-case.")
        cases, others = scores[positive], scores[~positive]
        # Sums of whole numbers below 2^24: exact in float32. All below is [cases, R].
        self._cases, self._others = (weights[chosen].astype(np.float32) for chosen in (positive, ~positive))
        self._found = _weight_above(cases, self._cases, cases, "left")  # at or above each case
        self._alarms = _weight_above(others, self._others, cases, "left")
        self._above = _weight_above(others, self._others, cases, "right")

    def area_under_roc(self) -> Doubles:
        """Return the chance that a case scores above another lesion, ties counting half: float64 [R]."""
        others = self._others.sum(axis=0, dtype=np.float64)
        losses = (self._cases * (self._alarms + self._above)).sum(axis=0, dtype=np.float64) / 2
        return np.asarray(1 - losses / (self._cases.sum(axis=0, dtype=np.float64) * others), np.float64)

    def average_precision(self) -> Doubles:
        """Return the mean precision over the recalls reached, threshold by threshold: float64 [R]."""
        precision = self._found / np.maximum(self._found + self._alarms, np.float32(1))
        total = (precision * self._cases).sum(axis=0, dtype=np.float64)
        return np.asarray(total / self._cases.sum(axis=0, dtype=np.float64), np.float64)

    def sensitivity_at(self, specificity: float) -> Doubles:
        """Return the share of cases found while at least `specificity` of the others is not called: float64 [R]."""
        allowed = (1 - specificity) * self._others.sum(axis=0, dtype=np.float64) + 1e-6
        found = np.where(self._alarms <= allowed, self._found, 0).max(axis=0)
        return np.asarray(found / self._cases.sum(axis=0, dtype=np.float64), np.float64)


def _weight_above(scores: Floats, weights: Singles, thresholds: Floats, side: Literal["left", "right"]) -> Singles:
    """Return the weight of the scores [n] at or above ("left"), or above ("right"), each threshold [t]: [t, R]."""
    order = np.argsort(scores)
    sums = np.zeros((len(scores) + 1, weights.shape[1]), np.float32)
    np.cumsum(weights[order[::-1]], axis=0, out=sums[1:])
    return sums[len(scores) - np.searchsorted(scores[order], thresholds, side)]
