"""How well scores rank cases above others, for many weightings of the same lesions at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Flags = NDArray[np.bool_]
Doubles = NDArray[np.float64]


class Ranking:
    """Scores [n] of cases and others, ranked once; each figure is of every row of weights [R, n].

    Equal scores lie on one threshold.

    Raises:
        ValueError: there is no case, or nothing but cases.
    """

    def __init__(self, scores: Floats, positive: Flags, weights: Doubles) -> None:
        if positive.all() or not positive.any():
            raise ValueError("A ranking needs a case and a non-case.")
        order = np.argsort(-scores, kind="stable")
        starts = np.flatnonzero(np.diff(scores[order], prepend=np.inf))
        chosen = weights[:, order]
        self._hits = np.add.reduceat(chosen * positive[order], starts, axis=1)  # of each threshold, from the highest
        self._alarms = np.add.reduceat(chosen * ~positive[order], starts, axis=1)

    def area_under_roc(self) -> Doubles:
        """Return the chance that a case scores above another lesion, ties counting half: float64 [R]."""
        hits, alarms = self._hits, self._alarms
        below = alarms.sum(axis=1, keepdims=True) - np.cumsum(alarms, axis=1)
        wins = (hits * (below + alarms / 2)).sum(axis=1)
        return np.asarray(wins / (hits.sum(axis=1) * alarms.sum(axis=1)), np.float64)

    def average_precision(self) -> Doubles:
        """Return the mean precision over the recalls reached, threshold by threshold: float64 [R]."""
        found = np.cumsum(self._hits, axis=1)
        called = found + np.cumsum(self._alarms, axis=1)
        precision = found / np.maximum(called, 1e-300)
        return np.asarray((self._hits * precision).sum(axis=1) / self._hits.sum(axis=1), np.float64)

    def sensitivity_at(self, specificity: float) -> Doubles:
        """Return the share of cases found while at least `specificity` of the others is not called: float64 [R]."""
        found = np.cumsum(self._hits, axis=1) / self._hits.sum(axis=1, keepdims=True)
        called = np.cumsum(self._alarms, axis=1) / self._alarms.sum(axis=1, keepdims=True)
        return np.asarray(np.where(called <= 1 - specificity + 1e-12, found, 0.0).max(axis=1), np.float64)
