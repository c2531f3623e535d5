"""How far probabilities may be trusted: error of calibration, Brier score, likelihood, and the prior alone beside them.

The plain error of calibration (Naeini et al. 2015) is above 0 for a perfect model: bins of few lesions miss by chance.
The debiased one (Kumar et al. 2019, section 5) takes off each bin's expected squared miss.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Labels = NDArray[np.int64]

BINS = 15
TINY = 1e-12  # the least probability that a logarithm is taken of
DRAWS = 500  # sets of labels drawn for the ruler of a perfect model


@dataclass(frozen=True)
class Bin:
    """Lesions of like confidence: how many, their mean confidence in the likeliest class, and how often it was true."""

    n: int
    confidence: float
    accuracy: float


def brier(probabilities: Floats, truth: Labels) -> float:
    """Return the mean squared distance of probabilities [n, C] to the truth [n], summed over classes: 0 to 2."""
    return float(brier_each(probabilities, truth).mean())


def brier_each(probabilities: Floats, truth: Labels) -> NDArray[np.float64]:
    """Return the Brier score of each row: float64 [n]."""
    return np.asarray(np.square(probabilities - np.eye(probabilities.shape[1])[truth]).sum(axis=1), np.float64)


def log_loss(probabilities: Floats, truth: Labels) -> float:
    """Return the mean negative logarithm (nats) of the probability [n, C] given to the truth [n]."""
    return float(log_loss_each(probabilities, truth).mean())


def log_loss_each(probabilities: Floats, truth: Labels) -> NDArray[np.float64]:
    """Return the negative log-likelihood of each row: float64 [n]."""
    of_truth = np.asarray(probabilities[np.arange(len(truth)), truth], np.float64)
    return np.asarray(-np.log(np.maximum(of_truth, TINY)), np.float64)


def reliability(probabilities: Floats, truth: Labels, bins: int = BINS) -> tuple[Bin, ...]:
    """Return bins of as nearly equal numbers of rows as can be, by the confidence in the likeliest class."""
    confidence = probabilities.max(axis=1)
    return _bins(confidence, probabilities.argmax(axis=1) == truth, bins)


def _bins(confidence: Floats, right: NDArray[np.bool_], bins: int) -> tuple[Bin, ...]:
    order = np.argsort(confidence, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return tuple(Bin(len(part), float(confidence[part].mean()), float(right[part].mean())) for part in parts)


def calibration_error(found: Sequence[Bin]) -> float:
    """Return the plain error: the mean distance of confidence and accuracy over the bins, by their sizes."""
    n = sum(each.n for each in found)
    return sum(each.n / n * abs(each.confidence - each.accuracy) for each in found)


def squared_error(found: Sequence[Bin]) -> float:
    """Return the debiased mean squared error of calibration; about 0, also below it, for a perfect model.

    Of each bin's squared miss goes what chance alone makes of it: accuracy (1 - accuracy) / (n - 1).

    Raises:
        ValueError: a bin has fewer than 2 rows.
    """
    if any(each.n < 2 for each in found):
        raise ValueError("A bin has fewer than 2 rows: take fewer bins.")
    n = sum(each.n for each in found)
    return sum(
        each.n / n * ((each.confidence - each.accuracy) ** 2 - each.accuracy * (1 - each.accuracy) / (each.n - 1))
        for each in found
    )


def debiased_error(found: Sequence[Bin]) -> float:
    """Return the root of the debiased squared error; 0 where it is below 0, which half of all perfect models are."""
    return math.sqrt(max(0.0, squared_error(found)))


def perfect_models_error(probabilities: Floats, seed: int, level: float = 0.95, bins: int = BINS) -> float:
    """Return what a perfect model with these probabilities [n, C] stays below so often by debiased error.

    Whether the likeliest class is true is drawn anew from the very confidences, many times.
    """
    confidence = np.sort(probabilities.max(axis=1))
    draw = np.random.default_rng(seed)
    drawn = [debiased_error(_bins(confidence, draw.random(len(confidence)) < confidence, bins)) for _ in range(DRAWS)]
    return float(np.quantile(drawn, level))
