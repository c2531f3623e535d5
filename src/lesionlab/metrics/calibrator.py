"""Logits to probabilities, decisions and prediction sets; fitted on lesions that chose nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.seeds import derive_seed
from lesionlab.metrics.conformal import Limits, fit_limits, members
from lesionlab.metrics.temperature_scaling import Scaling, fit_scaling

Floats = NDArray[np.floating]
Labels = NDArray[np.int64]
Flags = NDArray[np.bool_]

FOLDS = 5
ALPHA = 0.1


@dataclass(frozen=True, eq=False)
class Calibrator:
    """What a card tells about probabilities, at work; `prior` [C] is that of the probabilities."""

    scaling: Scaling
    prior: NDArray[np.float64]
    limits: Limits | None  # None: without prediction sets

    def probabilities(self, logits: Floats) -> NDArray[np.float32]:
        """Return the probabilities of logits [n, C] at the prior: float32, summing to one."""
        return self.scaling.probabilities(logits)

    def balanced(self, probabilities: Floats) -> NDArray[np.float64]:
        """Return what probabilities [n, C] would be if all classes were alike frequent: p / prior, summing to one.

        Whoever decides for its largest value decides for balanced accuracy.
        """
        return balanced(probabilities, self.prior)

    def sets(self, probabilities: Floats) -> Flags | None:
        """Return which classes are in the prediction set of each row [n, C]; None without limits."""
        return None if self.limits is None else members(1 - self.balanced(probabilities), self.limits)


@dataclass(frozen=True, eq=False)
class Sample:
    """Images to calibrate on: logits [n, C], labels [n]; lesions each count once, groups stay in one fold."""

    logits: Floats
    labels: Labels
    lesions: Sequence[str]
    groups: Sequence[str]

    def take(self, chosen: Flags) -> Sample:
        """Return some of the images."""
        rows = np.flatnonzero(chosen).tolist()
        lesions, groups = ([names[row] for row in rows] for names in (self.lesions, self.groups))
        return Sample(self.logits[chosen], self.labels[chosen], lesions, groups)

    @property
    def weights(self) -> NDArray[np.float64]:
        """One over the number of images of each image's lesion: float64 [n]."""
        _, place, counts = np.unique(self.lesions, return_inverse=True, return_counts=True)
        return np.asarray(1 / counts[place], np.float64)

    @property
    def one_each(self) -> Flags:
        """Which images are the first of their lesions: bool [n]."""
        first = {lesion: row for row, lesion in reversed(list(enumerate(self.lesions)))}
        return np.isin(np.arange(len(self.lesions)), list(first.values()))


def balanced(probabilities: Floats, prior: Floats) -> NDArray[np.float64]:
    """Return probabilities [n, C] divided by a prior [C], again summing to one: float64."""
    even = np.asarray(probabilities, np.float64) / prior
    return np.asarray(even / even.sum(axis=-1, keepdims=True), np.float64)


def fit_calibrator(sample: Sample, alpha: float = ALPHA, folds: int = FOLDS, seed: int = 0) -> Calibrator:
    """Fit temperature and biases on all lesions, and the limits of sets on scores of models that had not seen them.

    The prior is the share of each class among the lesions, a class without any counting half a lesion.

    Raises:
        DataError: no image, a logit that is no number, or a label outside the classes.
    """
    scaling = fit_scaling(sample.logits, sample.labels, sample.weights)
    prior = _prior(sample)
    out_of_fold = np.empty(sample.logits.shape)
    for chosen in _folds(sample, folds, seed):
        rest = sample.take(~chosen)
        each = fit_scaling(rest.logits, rest.labels, rest.weights)
        out_of_fold[chosen] = balanced(each.probabilities(sample.logits[chosen]), _prior(rest))
    one = sample.one_each
    strangeness = 1 - out_of_fold[np.arange(len(one)), sample.labels][one]
    return Calibrator(scaling, prior, fit_limits(strangeness, sample.labels[one], len(prior), alpha))


def cross_fitted(
    sample: Sample, alpha: float = ALPHA, folds: int = FOLDS, seed: int = 0
) -> tuple[NDArray[np.float64], Flags]:
    """Return probabilities [n, C] and sets [n, C] of each image by a calibrator that was fitted without its fold.

    Raises:
        DataError: as `fit_calibrator`.
    """
    probabilities = np.empty(sample.logits.shape)
    sets = np.zeros(sample.logits.shape, bool)
    for chosen in _folds(sample, folds, derive_seed("cross-fitting", seed)):
        each = fit_calibrator(sample.take(~chosen), alpha, folds, seed)
        probabilities[chosen] = each.probabilities(sample.logits[chosen])
        sets[chosen] = each.sets(probabilities[chosen])
    return probabilities, sets


def _prior(sample: Sample) -> NDArray[np.float64]:
    one = sample.labels[sample.one_each]
    counts = np.maximum(np.bincount(one, minlength=sample.logits.shape[1]), 0.5)
    return np.asarray(counts / counts.sum(), np.float64)


def _folds(sample: Sample, folds: int, seed: int) -> list[Flags]:
    """Deal whole groups to folds, those of each class in turn; folds without an image are left out."""
    fold_of: dict[str, int] = {}
    label_of = dict(zip(sample.groups, sample.labels.tolist(), strict=True))
    ordered = sorted(label_of, key=lambda name: (label_of[name], derive_seed("fold", seed, name)))
    for place, group in enumerate(ordered):
        fold_of[group] = place % folds
    own = np.array([fold_of[group] for group in sample.groups])
    found = [own == fold for fold in range(folds)]
    return [chosen for chosen in found if chosen.any() and not chosen.all()]
