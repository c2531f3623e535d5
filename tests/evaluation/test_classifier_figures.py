import numpy as np
import pytest

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.evaluation import classifier_figures as module
from lesionlab.evaluation.classifier_figures import Lesions, class_metrics, classifier_metrics
from lesionlab.metrics.classification import balanced_accuracy, confusion_matrix, macro_auc
from lesionlab.metrics.resampling import resamples
from lesionlab.records.card import Metric

FEW = 200  # resamples: the intervals of most tests need not be fine

TEMPLATE = Metric("", 0.0, 0, "lesions", "validation")
MEL, NV = HAM10000_CODES.index("mel"), HAM10000_CODES.index("nv")


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch):
    monkeypatch.setattr(module, "resamples", lambda truth, seed: resamples(truth, seed, FEW))


def lesions_of(truth, probabilities=None, biopsied=None, classes=HAM10000_CODES):
    truth = np.asarray(truth)
    found = np.full((len(truth), len(classes)), 0.02) if probabilities is None else np.asarray(probabilities)
    if probabilities is None:
        found[np.arange(len(truth)), truth] = 0.88
    return Lesions(classes, found, found, truth, np.zeros(len(truth), bool) if biopsied is None else biopsied)


def noisy(n=30, seed=0):
    truth = np.repeat(np.arange(7), n)
    scores = np.exp(np.random.default_rng(seed).normal(size=(7 * n, 7)) + 1.5 * np.eye(7)[truth])
    return lesions_of(truth, scores / scores.sum(axis=1, keepdims=True))


def named(metrics):
    return {metric.name: metric for metric in metrics}


def test_the_values_are_those_of_the_plain_functions_and_lie_within_their_intervals():
    lesions = noisy()
    metrics = classifier_metrics(lesions, TEMPLATE)
    found, confusion = named(metrics), confusion_matrix(lesions.truth, lesions.decision, 7)
    assert [m.name for m in metrics][:2] == ["balanced_accuracy", "accuracy"]
    assert found["balanced_accuracy"].value == pytest.approx(balanced_accuracy(confusion))
    assert found["macro_auc"].value == pytest.approx(macro_auc(lesions.probabilities, lesions.truth), abs=1e-6)
    assert all(metric.low <= metric.value <= metric.high for metric in metrics)
    assert found["balanced_accuracy"].high - found["balanced_accuracy"].low == pytest.approx(0.12, abs=0.04)
    assert metrics == classifier_metrics(noisy(), TEMPLATE)


def test_recall_and_specificity_by_hand():
    lesions = lesions_of([0, 0, 1, 1], [[0.9, 0.1], [0.2, 0.8], [0.3, 0.7], [0.4, 0.6]], classes=("a", "b"))
    of = {(m.name, m.of): m for m in class_metrics(lesions, TEMPLATE)}
    assert of["recall", "a"].value == 0.5
    assert of["specificity", "b"].value == 0.5
    assert of["recall", "b"].value == of["specificity", "a"].value == 1
    assert (of["recall", "a"].n, of["specificity", "a"].n) == (2, 2)


def test_a_class_that_is_all_right_has_an_interval_none_the_less():
    recall = next(m for m in class_metrics(lesions_of([0, 0, 0, 1]), TEMPLATE) if m.name == "recall")
    assert recall.value == recall.high == 1
    assert recall.low < 0.5  # three of three say little


def test_melanomas_found_at_a_specificity():
    """Of ten other lesions one scores above the melanomas but the best."""
    truth = np.array([MEL, MEL, *[NV] * 10])
    of_melanoma = np.array([0.9, 0.5, 0.6, *[0.1] * 9])
    probabilities = np.zeros((12, 7))
    probabilities[:, MEL], probabilities[:, NV] = of_melanoma, 1 - of_melanoma
    found = named(classifier_metrics(lesions_of(truth, probabilities), TEMPLATE))
    values = [found[f"melanoma_sensitivity_at_{percent}"].value for percent in (80, 90, 95)]
    assert values == [1, 1, 0.5]
    assert found["melanoma_sensitivity_at_80"].n == 2


def test_biopsied_nevi_count_as_right_when_they_are_not_taken_for_malignant():
    truth = np.array([NV, NV, NV, MEL])
    probabilities = np.eye(7)[[NV, HAM10000_CODES.index("bkl"), MEL, MEL]]
    biopsied = np.array([True, True, True, True])
    found = named(classifier_metrics(lesions_of(truth, probabilities, biopsied), TEMPLATE))
    assert found["specificity_on_biopsied_nevi"].value == pytest.approx(2 / 3)
    assert found["specificity_on_biopsied_nevi"].n == 3
    assert "specificity_on_biopsied_nevi" not in named(classifier_metrics(lesions_of(truth, probabilities), TEMPLATE))


def test_a_set_that_lacks_classes_is_also_measured_among_those_it_has():
    """Without class 0, lesions 0 and 1 are right and lesion 2 is wrong: recalls 1 and 1/2."""
    probabilities = np.array([[0.5, 0.3, 0.2], [0.6, 0.1, 0.3], [0.2, 0.7, 0.1]])
    found = named(classifier_metrics(lesions_of([1, 2, 2], probabilities, classes=("a", "b", "c")), TEMPLATE))
    among, elsewhere = (
        found[name] for name in ("balanced_accuracy_among_classes_there", "probability_of_classes_not_there")
    )
    assert among.value == pytest.approx(0.75)
    assert found["balanced_accuracy"].value == 0
    assert elsewhere.value == pytest.approx((0.5 + 0.6 + 0.2) / 3)
    assert among.low < among.high
    assert elsewhere.low < elsewhere.value < elsewhere.high


def test_one_class_only_is_measured_without_rankings():
    lesions = lesions_of([NV] * 5, biopsied=np.ones(5, bool))
    found = named(classifier_metrics(lesions, TEMPLATE))
    assert found["balanced_accuracy"].value == 1
    assert not {"macro_auc", "macro_average_precision", "melanoma_sensitivity_at_90"} & set(found)
    assert [(m.name, m.of) for m in class_metrics(lesions, TEMPLATE)] == [("recall", "nv")]


def test_a_worse_classifier_scores_worse_in_each_figure():
    truth, draw = np.repeat(np.arange(7), 40), np.random.default_rng(5)
    base, noise = 2.5 * np.eye(7)[truth], draw.normal(size=(280, 7))
    scores = [np.exp(base + scale * noise) for scale in (0.5, 2, 5)]
    levels = [
        named(classifier_metrics(lesions_of(truth, s / s.sum(axis=1, keepdims=True), truth == NV), TEMPLATE))
        for s in scores
    ]
    for name in levels[0]:
        values = [found[name].value for found in levels]
        assert values == sorted(values, reverse=True), name
        assert values[0] > values[-1], name
