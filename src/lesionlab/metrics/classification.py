"""Classification metrics at the level of the lesion."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


def softmax(logits: Floats, temperature: float = 1.0) -> NDArray[np.float32]:
    """Return the probabilities of logits [..., C] divided by a temperature: float32, summing to one."""
    scaled = logits.astype(np.float64) / temperature
    shifted = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), dtype=np.float32)


def mean_by_lesion(
    probabilities: Floats, labels: NDArray[np.int64], lesions: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Average the rows of each lesion: probabilities [n, C] and labels [n] to [L, C] and [L], lesions in order seen.

    Raises:
        ValueError: lengths differ, or the images of one lesion disagree about its label.
    """
    if not len(probabilities) == len(labels) == len(lesions):
        raise ValueError(f"{len(probabilities)} rows, {len(labels)} labels and {len(lesions)} lesions do not match.")
    place = {lesion: index for index, lesion in enumerate(dict.fromkeys(lesions))}
    rows = np.array([place[lesion] for lesion in lesions], dtype=np.int64)
    counts = np.bincount(rows, minlength=len(place))
    sums = np.zeros((len(place), probabilities.shape[1]))
    np.add.at(sums, rows, probabilities)
    of_lesion = np.zeros(len(place), dtype=np.int64)
    of_lesion[rows] = labels
    if not np.array_equal(of_lesion[rows], labels):
        raise ValueError("The images of one lesion carry different labels.")
    return sums / counts[:, None], of_lesion


def confusion_matrix(truth: NDArray[np.int64], decision: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    """Count decisions: int [C, C], rows the truth, columns the decision."""
    return np.bincount(truth * classes + decision, minlength=classes**2).reshape(classes, classes)


def recalls(confusion: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the recall of each class, NaN for a class without a case."""
    cases = confusion.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return np.where(cases > 0, np.diag(confusion) / np.maximum(cases, 1), np.nan)


def balanced_accuracy(confusion: NDArray[np.int64]) -> float:
    """Return the mean recall over the classes that have a case."""
    return float(np.nanmean(recalls(confusion)))


def accuracy(confusion: NDArray[np.int64]) -> float:
    """Return the share of right decisions; never show it without balanced accuracy."""
    return float(np.trace(confusion) / confusion.sum())


def area_under_roc(positive: Floats, negative: Floats) -> float:
    """Return the probability that a positive scores above a negative, ties counting half (Mann-Whitney)."""
    scores = np.concatenate((positive, negative))
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    wins = ranks[: len(positive)].sum() - len(positive) * (len(positive) + 1) / 2
    return float(wins / (len(positive) * len(negative)))


def macro_auc(probabilities: Floats, truth: NDArray[np.int64]) -> float:
    """Return the mean one-against-rest AUC over the classes that have both a case and a non-case."""
    areas = [
        area_under_roc(probabilities[truth == c, c], probabilities[truth != c, c])
        for c in range(probabilities.shape[1])
        if 0 < np.count_nonzero(truth == c) < len(truth)
    ]
    return float(np.mean(areas))
