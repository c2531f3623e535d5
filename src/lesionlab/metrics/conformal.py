"""Class-conditional conformal prediction sets (Vovk 2012): the truth is within, so often, in each class or pool.

The promise holds for a new lesion like those of calibration, of any class, on average over draws of the calibration
lesions; it says nothing of one image.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Labels = NDArray[np.int64]
Flags = NDArray[np.bool_]

LEAST = 50  # classes with fewer calibration lesions share one limit
CLAIM_FROM = 30  # lesions; coverage of a class with fewer is not told: with 11 it spans .76 to 1


@dataclass(frozen=True, eq=False)
class Limits:
    """The strangeness up to which each class belongs to a set: float64 [C]; `pooled` [C] share one."""

    alpha: float  # the share of lesions whose truth may lie outside
    limits: NDArray[np.float64]
    pooled: Flags


def fit_limits(strangeness: Floats, labels: Labels, classes: int, alpha: float, least: int = LEAST) -> Limits:
    """Return the limit of each class from the strangeness [n] of the true class of lesions, one row a lesion.

    A class with fewer than `least` lesions joins the pool; where the pool, or a class, has too few for the promise,
    its limit is infinite: these classes are in every set.
    """
    counts = np.bincount(labels, minlength=classes)
    pooled = counts < least
    together = _limit(strangeness[pooled[labels]], alpha)
    limits = [together if pooled[c] else _limit(strangeness[labels == c], alpha) for c in range(classes)]
    return Limits(alpha, np.array(limits), pooled)


def _limit(strangeness: Floats, alpha: float) -> float:
    place = math.ceil((len(strangeness) + 1) * (1 - alpha) - 1e-9)
    return float(np.sort(strangeness)[place - 1]) if place <= len(strangeness) else math.inf


def members(strangeness: Floats, limits: Limits) -> Flags:
    """Return which classes are in the set of each row [n, C]; the least strange always is, so that none is empty."""
    within = strangeness <= limits.limits
    within[np.arange(len(strangeness)), strangeness.argmin(axis=1)] = True
    return np.asarray(within, bool)
