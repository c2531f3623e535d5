"""Decisions on a set that lacks some of a model's classes, such as an external one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class AmongThere:
    """What is decided when only the classes that occur may be, and the probability given to the others: [L] each."""

    decision: NDArray[np.int64]
    elsewhere: NDArray[np.float64]


def among_classes_there(
    probabilities: NDArray[np.floating], scores: NDArray[np.floating], truth: NDArray[np.int64]
) -> AmongThere | None:
    """Decide among the classes that occur, from probabilities and the scores that decide, [L, C] of each lesion.

    None where every class occurs.
    """
    there = np.unique(truth)
    if len(there) == probabilities.shape[1]:
        return None
    elsewhere = 1 - probabilities[:, there].sum(axis=1)
    return AmongThere(there[scores[:, there].argmax(axis=1)], np.asarray(elsewhere, np.float64))
