import numpy as np
import pytest

from lesionlab.metrics.calibration import debiased_error, log_loss, reliability
from lesionlab.metrics.calibrator import Calibrator, Sample, balanced, cross_fitted, fit_calibrator
from lesionlab.metrics.classification import balanced_accuracy, confusion_matrix, softmax
from lesionlab.metrics.conformal import Limits
from lesionlab.metrics.temperature_scaling import Scaling

PRIOR = np.array([0.7, 0.2, 0.1])


def drawn(n, seed=0):
    """Lesions at a natural prevalence, and logits of a sharp model that believes in classes alike frequent."""
    draw = np.random.default_rng(seed)
    labels = np.repeat(np.arange(3), np.round(PRIOR * n).astype(int))
    evidence = draw.normal(size=(len(labels), 3)) + 1.5 * np.eye(3)[labels]
    names = [str(i) for i in range(len(labels))]
    return Sample(2.5 * 1.5 * evidence, labels, names, names)


def test_balanced_takes_the_prior_out():
    assert balanced(np.array([[0.8, 0.2]]), np.array([0.8, 0.2])) == pytest.approx(np.array([[0.5, 0.5]]))
    assert balanced(np.array([[0.6, 0.4]]), np.array([0.75, 0.25])) == pytest.approx(np.array([[1 / 3, 2 / 3]]))


def test_without_limits_there_are_no_sets_and_with_them_the_strangeness_is_one_less_the_balanced():
    scaling = Scaling(1.0, np.zeros(2))
    probabilities = np.array([[0.7, 0.3], [0.9, 0.1]])
    assert Calibrator(scaling, np.array([0.8, 0.2]), None).sets(probabilities) is None
    limits = Limits(0.1, np.array([0.4, 0.5]), np.array([False, False]))
    found = Calibrator(scaling, np.array([0.8, 0.2]), limits).sets(probabilities)
    assert found.tolist() == [[False, True], [True, False]]


def test_fitting_mends_sharpness_and_prior():
    sample, others = drawn(1000), drawn(2000, seed=1)
    fitted = fit_calibrator(sample)
    before, after = softmax(others.logits), fitted.probabilities(others.logits)
    assert fitted.prior == pytest.approx(PRIOR, abs=1e-6)
    assert log_loss(after, others.labels) < log_loss(before, others.labels) - 0.1
    assert debiased_error(reliability(after, others.labels)) < 0.03
    assert debiased_error(reliability(before, others.labels)) > 0.1
    decided = [fitted.balanced(after).argmax(axis=1), after.argmax(axis=1)]
    by_prior, by_share = (balanced_accuracy(confusion_matrix(others.labels, each, 3)) for each in decided)
    assert by_prior > by_share + 0.05


def test_sets_cover_new_lesions_as_promised():
    fitted, others = fit_calibrator(drawn(1000)), drawn(3000, seed=2)
    sets = fitted.sets(fitted.probabilities(others.logits))
    for label in range(3):
        assert sets[others.labels == label, label].mean() == pytest.approx(0.9, abs=0.05)
    assert sets.sum(axis=1).min() >= 1


def test_cross_fitting_flatters_less_than_the_fit_itself():
    sample = drawn(100, seed=3)
    own = log_loss(fit_calibrator(sample).probabilities(sample.logits), sample.labels)
    probabilities, sets = cross_fitted(sample)
    assert log_loss(probabilities, sample.labels) > own
    assert probabilities.sum(axis=1) == pytest.approx(1)
    assert sets.shape == probabilities.shape


def test_a_lesion_counts_once_however_many_images_it_has():
    names = ["a", "b", "b", "b", "c"]
    sample = Sample(np.zeros((5, 2)), np.array([0, 1, 1, 1, 0]), names, names)
    assert sample.weights == pytest.approx([1, 1 / 3, 1 / 3, 1 / 3, 1])
    assert sample.one_each.tolist() == [True, True, False, False, True]
    assert fit_calibrator(sample, folds=2).prior == pytest.approx([2 / 3, 1 / 3])


def test_images_of_a_group_stay_in_one_fold():
    """Were siblings on both sides, their names, which the logits spell out, would give the label away."""
    draw = np.random.default_rng(4)
    labels = draw.integers(0, 2, 60)
    groups = [str(i) for i in range(60) for _ in range(2)]
    logits = np.repeat(np.stack((labels, 1 - labels), axis=1) * 4.0, 2, axis=0)
    sample = Sample(logits, np.repeat(labels, 2), [f"{i}" for i in range(120)], groups)
    probabilities, _ = cross_fitted(sample)
    assert np.array_equal(probabilities[::2], probabilities[1::2])


def test_some_images_are_taken_with_what_belongs_to_them():
    sample = drawn(20)
    some = sample.take(sample.labels == 1)
    assert set(some.labels.tolist()) == {1}
    assert len(some.lesions) == len(some.groups) == len(some.logits) == 4
