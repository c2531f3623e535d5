import numpy as np
import pytest

from lesionlab.metrics.classification import balanced_accuracy, confusion_matrix
from lesionlab.metrics.resampling import percentile_interval, resamples


def test_each_resample_keeps_the_number_of_lesions_of_each_class():
    truth = np.array([2, 0, 0, 1, 0, 2, 0])
    weights = resamples(truth, seed=0, count=50)
    for label, n in enumerate((4, 1, 2)):
        assert (weights[truth == label].sum(axis=0) == n).all()
    assert np.unique(weights, axis=1).shape[1] > 20
    assert np.array_equal(weights, resamples(truth, seed=0, count=50))
    assert not np.array_equal(weights, resamples(truth, seed=1, count=50))


def test_the_interval_holds_the_middle_of_the_values():
    assert percentile_interval(np.arange(1001.0)) == pytest.approx((25, 975))


def test_the_spread_of_a_share_is_that_of_theory():
    right = (np.arange(200) < 140).astype(float)
    found = right @ resamples(np.zeros(200, np.int64), seed=0) / 200
    assert found.std() == pytest.approx(np.sqrt(0.7 * 0.3 / 200), rel=0.08)


def test_the_interval_of_balanced_accuracy_holds_the_truth_nineteen_times_of_twenty():
    draw = np.random.default_rng(0)
    truth = np.repeat([0, 1], [150, 50])
    held = []
    for seed in range(80):
        decided = np.where(draw.random(200) < 0.8, truth, 1 - truth)
        weights = resamples(truth, seed, count=200)
        recalls = np.stack([(decided == c)[truth == c] @ weights[truth == c] / (truth == c).sum() for c in (0, 1)])
        low, high = percentile_interval(recalls.mean(axis=0))
        held.append(low <= 0.8 <= high)
        assert low <= balanced_accuracy(confusion_matrix(truth, decided, 2)) <= high
    assert np.mean(held) == pytest.approx(0.95, abs=0.06)
