"""Figures for a set that lacks some of a model's classes, such as an external one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lesionlab.metrics.classification import balanced_accuracy, confusion_matrix


def among_classes_there(
    probabilities: NDArray[np.floating], scores: NDArray[np.floating], truth: NDArray[np.int64]
) -> dict[str, float]:
    """Return balanced accuracy when only the classes that occur may be chosen, and the probability given to others.

    `probabilities` and `scores`, by which it is decided, [L, C] of each lesion, `truth` [L]. Nothing where every class
    occurs.
    """
    classes = probabilities.shape[1]
    there = np.unique(truth)
    if len(there) == classes:
        return {}
    decision = there[scores[:, there].argmax(axis=1)]
    return {
        "balanced_accuracy_among_classes_there": balanced_accuracy(confusion_matrix(truth, decision, classes)),
        "probability_of_classes_not_there": float(1 - probabilities[:, there].sum(axis=1).mean()),
    }
