"""The figures of one arm beside balanced accuracy: each worked out fold by fold, as a mean over the seeds."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import InputError
from lesionlab.metrics.calibration import BINS, brier, debiased_error, log_loss, reliability
from lesionlab.metrics.classification import confusion_matrix, macro_auc
from lesionlab.metrics.contrast import Contrast, contrast, over_folds
from lesionlab.metrics.ranking import Ranking
from lesionlab.records.card import Metric
from lesionlab.records.effect import ReliabilityBin
from lesionlab.study.evidence import Findings, Grid, Said
from lesionlab.study.subgroups import biopsied_nevi, nevi_spared, worst_subgroup

MELANOMA = "mel"
SPECIFICITIES = (80, 90)
SPARED = "specificity_on_biopsied_nevi"
MOST = {"brier": 2.0, "log_loss": math.inf}  # all other figures are shares

FoldValues = dict[str, NDArray[np.float64]]  # of each figure [F]
Figure = Callable[[Said], float]


def fold_values(findings: Findings, arm: str, share: float, grid: Grid) -> FoldValues:
    """Return each figure in each fold of a grid: float64 [F], as a mean over its seeds."""
    said = [[findings.said(arm, share, fold, seed) for seed in grid.seeds] for fold in grid.folds]
    found = {
        name: np.array([np.mean([figure(each) for each in seeds]) for seeds in said])
        for name, figure in _figures(findings.classes).items()
        if all(_allows(name, each.truth, findings.classes) for seeds in said for each in seeds)
    }
    spared = nevi_spared(findings, arm, share, grid)
    return found if spared is None else {**found, SPARED: spared}


def arm_metrics(findings: Findings, arm: str, share: float, grid: Grid, values: FoldValues) -> tuple[Metric, ...]:
    """Return the metrics of an arm with their intervals: balanced accuracy, the figures of its folds, each recall."""
    lesions, right = findings.lesions(grid.folds), findings.right(arm, share, grid.folds, grid.seeds)
    template = Metric("balanced_accuracy", 0.0, len(lesions.labels), "lesions", "test")
    found = [_metric(template, contrast(right, lesions.labels, lesions.folds))]
    for name, of_folds in values.items():
        named = Metric(name, 0.0, _cases(findings, name, grid), "lesions", "test")
        if len(of_folds) > 1:
            found.append(_metric(named, over_folds(of_folds)))
        else:
            found.append(_valued(named, float(of_folds[0])))
    worst = worst_subgroup(findings, arm, share, grid)
    found += [] if worst is None else [worst]
    for label, code in enumerate(findings.classes):
        n = int(np.count_nonzero(lesions.labels == label))
        if n > 1:
            recall = contrast(right, lesions.labels, lesions.folds, label)
            found.append(_metric(Metric("recall", 0.0, n, "lesions", "test", of=code), recall))
    return tuple(found)


def confusion_of(findings: Findings, arm: str, share: float, grid: Grid) -> tuple[tuple[int, ...], ...]:
    """Return the confusion of an arm (rows: truth), every lesion once for each seed."""
    size = len(findings.classes)
    total = sum(
        confusion_matrix(each.truth, each.probabilities.argmax(axis=1), size)
        for each in _every(findings, arm, share, grid)
    )
    return tuple(tuple(int(count) for count in row) for row in np.asarray(total))


def reliability_of(findings: Findings, arm: str, share: float, grid: Grid) -> tuple[ReliabilityBin, ...]:
    """Return confidence against accuracy of an arm, over all folds and seeds."""
    every = _every(findings, arm, share, grid)
    probabilities = np.concatenate([each.probabilities for each in every])
    bins = reliability(probabilities, np.concatenate([each.truth for each in every]))
    return tuple(ReliabilityBin(each.n, each.confidence, each.accuracy) for each in bins)


def _every(findings: Findings, arm: str, share: float, grid: Grid) -> list[Said]:
    return [findings.said(arm, share, fold, seed) for fold in grid.folds for seed in grid.seeds]


def _figures(classes: tuple[str, ...]) -> dict[str, Figure]:
    figures: dict[str, Figure] = {
        "accuracy": lambda said: float(said.hits.mean()),
        "macro_auc": lambda said: macro_auc(said.probabilities, said.truth),
        "macro_average_precision": _average_precision,
        "brier": lambda said: brier(said.probabilities, said.truth),
        "log_loss": lambda said: log_loss(said.probabilities, said.truth),
        "debiased_calibration_error": _calibration,
    }
    if MELANOMA in classes:
        label = classes.index(MELANOMA)
        for percent in SPECIFICITIES:
            figures[f"melanoma_sensitivity_at_{percent}"] = _sensitivity(label, percent / 100)
    return figures


def _allows(name: str, truth: NDArray[np.int64], classes: tuple[str, ...]) -> bool:
    """Return whether a fold has the lesions that a figure is of."""
    if name.startswith("melanoma"):
        cases = int(np.count_nonzero(truth == classes.index(MELANOMA)))
        return 0 < cases < len(truth)
    return len(np.unique(truth)) > 1 if name.startswith("macro") else len(truth) > 1


def _ranking(said: Said, label: int) -> Ranking:
    return Ranking(said.probabilities[:, label], said.truth == label, np.ones((len(said.truth), 1)))


def _average_precision(said: Said) -> float:
    return float(np.mean([_ranking(said, int(label)).average_precision()[0] for label in np.unique(said.truth)]))


def _sensitivity(label: int, specificity: float) -> Figure:
    return lambda said: float(_ranking(said, label).sensitivity_at(specificity)[0])


def _calibration(said: Said) -> float:
    bins = min(BINS, len(said.truth) // 2)  # each needs two lesions
    return debiased_error(reliability(said.probabilities, said.truth, bins))


def _cases(findings: Findings, name: str, grid: Grid) -> int:
    """Return how many lesions a figure is a share of."""
    if name.startswith("melanoma"):
        return int(np.count_nonzero(findings.lesions(grid.folds).labels == findings.classes.index(MELANOMA)))
    if name == SPARED:
        return sum(int(biopsied_nevi(findings, fold).sum()) for fold in grid.folds)
    return len(findings.lesions(grid.folds).labels)


def _valued(metric: Metric, value: float, low: float | None = None, high: float | None = None) -> Metric:
    return Metric(metric.name, value, metric.n, metric.unit, metric.part, of=metric.of, low=low, high=high)


def _metric(template: Metric, found: Contrast) -> Metric:
    low, high = found.interval()
    most = MOST.get(template.name, 1.0)
    return _valued(template, found.estimate, max(low, 0.0), min(high, most))


def differences(mine: FoldValues, others: FoldValues) -> dict[str, Contrast]:
    """Return how far the figures of two arms lie apart, fold by fold, with the interval that the folds give.

    Raises:
        InputError: the arms have other folds.
    """
    found = {}
    for name in mine:
        if name in others and len(mine[name]) > 1:
            if len(mine[name]) != len(others[name]):
                raise InputError("The arms have other folds.", "Compare them over the folds that both have.")
            found[name] = over_folds(mine[name] - others[name])
    return found
