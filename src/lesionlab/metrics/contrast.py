"""The difference between two arms of a study, with an interval that knows of lesions and of generators.

Every lesion is tested in one fold, by models and a generator of that fold alone. So all chance lies in two places:
which lesions there are, and what else a fold has in common, its generator and its trainings. The first is estimated
from the lesions within each class and fold, the second from how much further the folds lie apart than their lesions
explain (method of moments); the degrees of freedom follow Satterthwaite 1946. A bootstrap that draws folds
and lesions crossed would count the lesions twice, once as themselves and once in the folds' spread.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import InputError
from lesionlab.metrics.student import cdf, quantile

LEVEL = 0.95


@dataclass(frozen=True)
class Contrast:
    """A difference of mean recalls: its estimate, standard error, and the degrees of freedom that the error has."""

    estimate: float
    error: float
    df: float
    lesion_variance: float  # the part of error^2 that more lesions would make smaller
    fold_variance: float  # the part that more generators and trainings would; NaN with one fold, where none can tell

    def interval(self, level: float = LEVEL) -> tuple[float, float]:
        """Return the two-sided interval at a level."""
        reach = quantile((1 + level) / 2, self.df) * self.error
        return self.estimate - reach, self.estimate + reach

    @property
    def p_value(self) -> float:
        """The share of null studies that come out at least so far from zero, either way."""
        if self.error == 0:
            return 1.0 if self.estimate == 0 else 0.0
        return 2 * cdf(-abs(self.estimate) / self.error, self.df)


def contrast(
    differences: NDArray[np.float64], labels: NDArray[np.int64], folds: NDArray[np.int64], only: int | None = None
) -> Contrast:
    """Return the contrast of balanced accuracy from each lesion's difference: 1 right by A alone, -1 by B alone.

    Differences are float64 [L], means over classifier seeds; classes int64 [L]; folds int64 [L]. With `only`, of that
    class's recall alone. With one fold the interval knows of lesions only.

    Raises:
        InputError: lengths differ, or a class has fewer than 2 lesions in all.
    """
    if not len(differences) == len(labels) == len(folds):
        raise InputError(
            f"{len(differences)} differences, {len(labels)} classes and {len(folds)} folds do not match.",
            "Give one of each for every lesion.",
        )
    if only is not None:
        mine = labels == only
        differences, labels, folds = differences[mine], np.zeros(int(mine.sum()), np.int64), folds[mine]
    _, fold = np.unique(folds, return_inverse=True)
    _, label = np.unique(labels, return_inverse=True)
    cells = _Cells(differences, label, fold)
    few = int(cells.of_class.min(initial=len(differences)))
    if few < 2:
        raise InputError(f"A class has {few} lesions.", "Two are the least that a spread can be told from.")
    return cells.contrast()


def over_folds(values: NDArray[np.float64]) -> Contrast:
    """Return the mean of a figure's values [F], or of their differences, one a fold, with the interval that they give.

    It serves figures that are no mean over lesions. Folds share no lesion, generator or training, so their spread holds
    all chance there is; what part of it is the lesions' is not told (NaN).

    Raises:
        InputError: there are fewer than 2 folds.
    """
    if len(values) < 2:
        raise InputError(f"{len(values)} folds have no spread.", "Two are the least that a spread can be told from.")
    error = float(np.std(values, ddof=1)) / math.sqrt(len(values))
    return Contrast(float(np.mean(values)), error, len(values) - 1.0, math.nan, math.nan)


class _Cells:
    """Counts, means and squares of the lesions of each class in each fold."""

    def __init__(self, differences: NDArray[np.float64], label: NDArray[np.intp], fold: NDArray[np.intp]) -> None:
        self.classes, self.folds = int(label.max(initial=-1)) + 1, int(fold.max(initial=-1)) + 1
        cell = label * self.folds + fold
        shape = (self.classes, self.folds)
        self.n = np.bincount(cell, minlength=self.classes * self.folds).reshape(shape).astype(np.float64)
        self.sums = np.bincount(cell, differences, self.classes * self.folds).reshape(shape)
        squares = np.bincount(cell, differences**2, self.classes * self.folds).reshape(shape)
        self.of_class = self.n.sum(axis=1)
        filled = np.maximum(self.n, 1)
        self.means = np.where(self.n > 0, self.sums / filled, np.nan)
        spare = self.of_class - (self.n > 0).sum(axis=1)
        within = np.maximum(squares - self.sums**2 / filled, 0).sum(axis=1)
        # A class with one lesion a fold has no spread within: the spread about its own mean is the next best.
        about_mean = np.maximum(squares.sum(axis=1) - self.sums.sum(axis=1) ** 2 / np.maximum(self.of_class, 1), 0)
        self.spread = np.where(spare > 0, within / np.maximum(spare, 1), about_mean / np.maximum(self.of_class - 1, 1))

    def contrast(self) -> Contrast:
        of_class = self.sums.sum(axis=1) / self.of_class
        estimate = float(of_class.mean())
        lesions = float((self.spread / self.of_class).sum() / self.classes**2)
        if self.folds < 2:
            return Contrast(estimate, math.sqrt(lesions), math.inf, lesions, math.nan)
        # A fold without a class stands at that class's mean, and its lesions' chance is left out there.
        gaps = np.where(self.n > 0, self.means - of_class[:, None], 0.0).mean(axis=0)
        explained = np.where(self.n > 0, self.spread[:, None] / np.maximum(self.n, 1), 0.0).sum()
        by_lesions = float(explained) / (self.classes * self.folds) ** 2
        between = float((gaps - gaps.mean()).var(ddof=1)) / self.folds
        common = max(0.0, between - by_lesions)
        variance = lesions + common
        known = common + by_lesions
        df = math.inf if known == 0 else max(1.0, (self.folds - 1) * (variance / known) ** 2)
        return Contrast(estimate, math.sqrt(variance), df, lesions, common)
