import numpy as np
import pytest
from sklearn import metrics as sklearn

from lesionlab.metrics.calibration import (
    Bin,
    brier,
    calibration_error,
    debiased_error,
    log_loss,
    perfect_models_error,
    reliability,
    squared_error,
)
from lesionlab.metrics.classification import softmax


def predicted(n, seed, spread=2.0):
    """Probabilities [n, 7], and truths drawn from these very probabilities: a perfect model."""
    draw = np.random.default_rng(seed)
    probabilities = softmax(spread * draw.normal(size=(n, 7))).astype(np.float64)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    truth = (draw.random((n, 1)) > np.cumsum(probabilities, axis=1)).sum(axis=1).clip(0, 6)
    return probabilities, truth


def test_brier_and_log_loss_by_hand():
    probabilities, truth = np.array([[0.8, 0.2], [0.4, 0.6]]), np.array([0, 0])
    assert brier(probabilities, truth) == pytest.approx((2 * 0.04 + 2 * 0.36) / 2)
    assert log_loss(probabilities, truth) == pytest.approx(-(np.log(0.8) + np.log(0.4)) / 2)
    assert np.isfinite(log_loss(np.array([[1.0, 0.0]]), np.array([1])))


def test_they_are_scikit_learn_s():
    probabilities, truth = predicted(300, 0)
    assert log_loss(probabilities, truth) == pytest.approx(sklearn.log_loss(truth, probabilities, labels=range(7)))
    each = [sklearn.brier_score_loss(truth == c, probabilities[:, c]) for c in range(7)]
    assert brier(probabilities, truth) == pytest.approx(sum(each))


def test_bins_hold_equal_numbers_and_the_error_is_their_mean_miss():
    probabilities = np.array([[0.6, 0.4], [0.1, 0.9], [0.7, 0.3], [0.2, 0.8]])
    found = reliability(probabilities, np.array([1, 1, 0, 1]), bins=2)
    assert found == (Bin(2, pytest.approx(0.65), 0.5), Bin(2, pytest.approx(0.85), 1.0))
    assert calibration_error(found) == pytest.approx(0.15)
    assert squared_error(found) == pytest.approx((0.15**2 - 0.25 + 0.15**2) / 2)
    assert debiased_error(found) == 0


def test_a_bin_of_one_cannot_be_debiased():
    with pytest.raises(ValueError, match="fewer bins"):
        squared_error(reliability(np.array([[0.6, 0.4]]), np.array([0])))


def test_a_perfect_model_has_a_plain_error_above_nothing_and_a_debiased_one_of_nothing():
    found = [reliability(*predicted(1500, seed, spread=3.5)) for seed in range(100)]
    plain = np.mean([calibration_error(bins) for bins in found])
    squares = np.array([squared_error(bins) for bins in found])
    assert plain == pytest.approx(0.027, abs=0.004)
    assert abs(squares.mean()) < 3 * squares.std() / np.sqrt(len(squares))
    assert np.median([debiased_error(bins) for bins in found]) < 0.01


def test_the_debiased_error_is_that_of_the_truth_whatever_n():
    """Overconfident by 0.1 in every bin: the error is 0.1 with 300 lesions as with 30,000."""
    for n, tolerance in ((300, 0.03), (30_000, 0.003)):
        draw = np.random.default_rng(n)
        found = []
        for _ in range(40):
            confidence = draw.uniform(0.6, 0.95, n)
            truth = (draw.random(n) > confidence - 0.1).astype(np.int64)
            found.append(squared_error(reliability(np.stack((confidence, 1 - confidence), axis=1), truth)))
        assert np.sqrt(np.mean(found)) == pytest.approx(0.1, abs=tolerance)


def test_more_overconfident_scores_worse():
    probabilities, truth = predicted(3000, 3)
    sharper = [softmax(np.log(probabilities), 1 / factor).astype(np.float64) for factor in (1, 1.5, 2.5)]
    for measure in (brier, log_loss, lambda p, t: debiased_error(reliability(p, t))):
        scores = [measure(each, truth) for each in sharper]
        assert scores == sorted(scores)


def test_the_ruler_is_what_nineteen_of_twenty_perfect_models_stay_below():
    probabilities, _ = predicted(400, 5)
    limit = perfect_models_error(probabilities, seed=0)
    draw = np.random.default_rng(9)
    drawn = []
    for _ in range(300):
        truth = (draw.random((400, 1)) > np.cumsum(probabilities, axis=1)).sum(axis=1).clip(0, 6)
        drawn.append(debiased_error(reliability(probabilities, truth)))
    assert np.mean(np.array(drawn) <= limit) == pytest.approx(0.95, abs=0.04)
