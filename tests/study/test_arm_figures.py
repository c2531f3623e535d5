import numpy as np
import pytest
from known_studies import CLASSES, findings_of

from lesionlab.core.errors import InputError
from lesionlab.metrics.calibration import brier, log_loss
from lesionlab.metrics.classification import confusion_matrix, macro_auc
from lesionlab.metrics.contrast import over_folds
from lesionlab.study.arm_figures import arm_metrics, confusion_of, differences, fold_values, reliability_of

FOUND = findings_of({"real": 0.5, "raw": 0.8})
GRID = FOUND.grid(("raw",), 1.0)
VALUES = fold_values(FOUND, "raw", 1.0, GRID)


def test_each_figure_is_worked_out_in_each_fold_as_a_mean_over_seeds():
    for name, figure in (
        ("brier", lambda said: brier(said.probabilities, said.truth)),
        ("log_loss", lambda said: log_loss(said.probabilities, said.truth)),
        ("macro_auc", lambda said: macro_auc(said.probabilities, said.truth)),
        ("accuracy", lambda said: (said.probabilities.argmax(axis=1) == said.truth).mean()),
    ):
        expected = [np.mean([figure(FOUND.said("raw", 1.0, fold, seed)) for seed in (0, 1)]) for fold in range(5)]
        assert VALUES[name] == pytest.approx(expected), name
    rankings = {"macro_auc", "macro_average_precision", "melanoma_sensitivity_at_80", "melanoma_sensitivity_at_90"}
    assert set(VALUES) == {"accuracy", *rankings, "brier", "log_loss", "debiased_calibration_error"}


def test_what_is_better_scores_better():
    worse = fold_values(FOUND, "real", 1.0, GRID)
    for name in ("accuracy", "macro_auc", "macro_average_precision", "melanoma_sensitivity_at_80"):
        assert VALUES[name].mean() > worse[name].mean(), name
    for name in ("brier", "log_loss"):
        assert VALUES[name].mean() < worse[name].mean(), name


def test_metrics_begin_with_balanced_accuracy_and_end_with_recalls():
    found = arm_metrics(FOUND, "raw", 1.0, GRID, VALUES)
    assert found[0].name == "balanced_accuracy"
    assert found[0].low < found[0].value < found[0].high
    recalls = [metric for metric in found if metric.name == "recall"]
    assert [(metric.of, metric.n) for metric in recalls] == [(code, 50) for code in CLASSES]
    assert np.mean([metric.value for metric in recalls]) == pytest.approx(found[0].value)
    score = next(metric for metric in found if metric.name == "brier")
    assert (score.low, score.high) == over_folds(VALUES["brier"]).interval()
    of_melanomas = {metric.n for metric in found if metric.name.startswith("melanoma")}
    assert (of_melanomas, score.n, found[0].n) == ({50}, 150, 150)


def test_one_fold_has_values_and_no_interval_of_folds():
    one = findings_of({"raw": 0.8}, folds=1)
    grid = one.grid(("raw",), 1.0)
    found = arm_metrics(one, "raw", 1.0, grid, fold_values(one, "raw", 1.0, grid))
    assert {metric.low is None for metric in found if metric.name in VALUES} == {True}
    assert differences(fold_values(one, "raw", 1.0, grid), VALUES) == {}


def test_no_interval_leaves_what_a_figure_can_be():
    two = findings_of({"raw": 0.95}, folds=2, lesions=90)  # Student's with one degree of freedom reaches far
    grid = two.grid(("raw",), 1.0)
    found = arm_metrics(two, "raw", 1.0, grid, fold_values(two, "raw", 1.0, grid))
    assert min(metric.low for metric in found) >= 0
    assert max(metric.high for metric in found if metric.name not in ("brier", "log_loss")) <= 1


def test_a_confusion_counts_every_lesion_once_a_seed():
    expected = sum(
        confusion_matrix(said.truth, said.probabilities.argmax(axis=1), 3)
        for said in (FOUND.said("raw", 1.0, fold, seed) for fold in range(5) for seed in (0, 1))
    )
    assert confusion_of(FOUND, "raw", 1.0, GRID) == tuple(map(tuple, expected.tolist()))
    assert sum(map(sum, confusion_of(FOUND, "raw", 1.0, GRID))) == 2 * 150
    assert sum(each.n for each in reliability_of(FOUND, "raw", 1.0, GRID)) == 2 * 150


def test_arms_are_held_against_each_other_in_the_same_folds():
    others = fold_values(FOUND, "real", 1.0, GRID)
    assert differences(VALUES, others)["brier"].estimate == pytest.approx((VALUES["brier"] - others["brier"]).mean())
    with pytest.raises(InputError, match="other folds"):
        differences(VALUES, {name: values[:3] for name, values in others.items()})
