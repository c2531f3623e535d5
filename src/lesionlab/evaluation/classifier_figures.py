"""A classifier's figures by lesion, with intervals by a bootstrap over lesions within class."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.blas import one_blas_thread
from lesionlab.core.diagnoses import describe
from lesionlab.core.seeds import derive_seed
from lesionlab.evaluation.classes_there import among_classes_there
from lesionlab.evaluation.shares import share_interval
from lesionlab.metrics.ranking import Ranking
from lesionlab.metrics.resampling import percentile_interval, resamples
from lesionlab.records.card import Metric

Floats = NDArray[np.floating]
Doubles = NDArray[np.float64]

MELANOMA, NEVUS = "mel", "nv"
SPECIFICITIES = (80, 90, 95)


@dataclass(frozen=True, eq=False)
class Lesions:
    """The lesions of a part: probabilities and the scores that decide, [L, C]; truth [L]; which were biopsied [L]."""

    classes: tuple[str, ...]
    probabilities: Floats
    scores: Floats
    truth: NDArray[np.int64]
    biopsied: NDArray[np.bool_]

    @property
    def decision(self) -> NDArray[np.int64]:
        """The label decided for: int64 [L]."""
        return np.asarray(self.scores.argmax(axis=1), np.int64)

    @cached_property
    def weights(self) -> Doubles:
        """How often each lesion counts: once in the first column, then as drawn in resamples; float64 [L, 1 + R]."""
        drawn = resamples(self.truth, derive_seed("intervals of a classifier"))
        return np.concatenate((np.ones((len(self.truth), 1)), drawn), axis=1)

    def share(self, hits: NDArray[np.bool_], among: NDArray[np.bool_]) -> Doubles:
        """Return the share of hits among some lesions, for each column of the weights: float64 [1 + R]."""
        weights = self.weights[among]
        return np.asarray(hits[among] @ weights / weights.sum(axis=0), np.float64)


@one_blas_thread()
def classifier_metrics(lesions: Lesions, template: Metric) -> list[Metric]:
    """Return the figures over all classes, balanced accuracy first; those that the classes there do not allow lack.

    `template` names n, unit, part and data.
    """
    right, truth = lesions.decision == lesions.truth, lesions.truth
    there = np.unique(truth)
    everyone = np.ones(len(truth), bool)
    metrics = [
        _resampled(replace(template, name="balanced_accuracy"), _balanced(lesions, right)),
        _resampled(replace(template, name="accuracy"), lesions.share(right, everyone)),
    ]
    rankings = [_ranking(lesions, label) for label in there if len(there) > 1]
    if rankings:
        areas = np.mean([ranking.area_under_roc() for ranking in rankings], axis=0)
        precision = np.mean([ranking.average_precision() for ranking in rankings], axis=0)
        metrics.append(_resampled(replace(template, name="macro_auc"), areas))
        metrics.append(_resampled(replace(template, name="macro_average_precision"), precision))
    return [
        *metrics,
        *_among_there(lesions, template),
        *_melanoma(lesions, template),
        *_biopsied_nevi(lesions, template),
    ]


def _balanced(lesions: Lesions, right: NDArray[np.bool_]) -> Doubles:
    """Return the mean share of right ones over the classes that occur, for each column of the weights."""
    of_classes = [lesions.share(right, lesions.truth == label) for label in np.unique(lesions.truth)]
    return np.asarray(np.mean(of_classes, axis=0), np.float64)


def _among_there(lesions: Lesions, template: Metric) -> list[Metric]:
    found = among_classes_there(lesions.probabilities, lesions.scores, lesions.truth)
    if found is None:
        return []
    elsewhere = found.elsewhere @ lesions.weights / len(lesions.truth)
    return [
        _resampled(
            replace(template, name="balanced_accuracy_among_classes_there"),
            _balanced(lesions, found.decision == lesions.truth),
        ),
        _resampled(replace(template, name="probability_of_classes_not_there"), elsewhere),
    ]


@one_blas_thread()
def class_metrics(lesions: Lesions, template: Metric) -> list[Metric]:
    """Return recall and specificity of each class that has a lesion, `of` its code."""
    return [metric for label in np.unique(lesions.truth) for metric in _of_class(lesions, int(label), template)]


def _of_class(lesions: Lesions, label: int, template: Metric) -> Iterable[Metric]:
    cases, code = lesions.truth == label, lesions.classes[label]
    called = lesions.decision == label
    yield _share(replace(template, name="recall", of=code), called[cases])
    if not cases.all():
        others = replace(template, name="specificity", of=code, n=int(np.count_nonzero(~cases)))
        yield _resampled(others, lesions.share(~called, ~cases))


def _melanoma(lesions: Lesions, template: Metric) -> list[Metric]:
    """Return the share of melanomas found where so many of the other lesions are not taken for one."""
    if MELANOMA not in lesions.classes:
        return []
    label = lesions.classes.index(MELANOMA)
    cases = lesions.truth == label
    if cases.all() or not cases.any():
        return []
    ranking, n = _ranking(lesions, label), int(np.count_nonzero(cases))
    return [
        _resampled(
            replace(template, name=f"melanoma_sensitivity_at_{percent}", n=n),
            ranking.sensitivity_at(percent / 100),
        )
        for percent in SPECIFICITIES
    ]


def _biopsied_nevi(lesions: Lesions, template: Metric) -> list[Metric]:
    """Return the share of nevi that looked bad enough to be cut out, and are none the less not taken for malignant."""
    if NEVUS not in lesions.classes:
        return []
    nevi = lesions.biopsied & (lesions.truth == lesions.classes.index(NEVUS))
    if not nevi.any():
        return []
    malignant = np.array([describe(code).malignant for code in lesions.classes])
    metric = replace(template, name="specificity_on_biopsied_nevi")
    return [_share(metric, ~malignant[lesions.decision[nevi]])]


def _ranking(lesions: Lesions, label: int) -> Ranking:
    return Ranking(lesions.probabilities[:, label], lesions.truth == label, lesions.weights)


def _resampled(metric: Metric, values: Doubles) -> Metric:
    """Return a metric with its value, the first, and the interval of those on the resamples."""
    low, high = percentile_interval(values[1:])
    return replace(metric, value=float(values[0]), low=low, high=high)


def _share(metric: Metric, hits: NDArray[np.bool_]) -> Metric:
    """Return the share of hits; a bootstrap of few lesions that are all right would tell no interval at all."""
    low, high = share_interval(int(np.count_nonzero(hits)), len(hits))
    return replace(metric, value=float(hits.mean()), n=len(hits), low=low, high=high)
