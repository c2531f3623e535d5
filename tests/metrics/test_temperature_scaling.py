import numpy as np
import pytest

from lesionlab.core.errors import DataError
from lesionlab.metrics.calibration import log_loss
from lesionlab.metrics.classification import softmax
from lesionlab.metrics.temperature_scaling import Scaling, fit_scaling


def drawn(n, temperature, biases, seed=0):
    """Logits [n, C], and labels drawn from softmax(logits / temperature + biases)."""
    draw = np.random.default_rng(seed)
    logits = 3 * draw.normal(size=(n, len(biases)))
    shares = softmax(logits / temperature + np.array(biases))
    labels = (draw.random((n, 1)) > np.cumsum(shares, axis=1)).sum(axis=1).clip(0, len(biases) - 1)
    return logits, labels


def test_probabilities_by_hand():
    scaling = Scaling(2.0, np.array([np.log(3.0), 0.0]))
    assert scaling.probabilities(np.array([[0.0, 0.0]])) == pytest.approx(np.array([[0.75, 0.25]]))
    assert scaling.probabilities(np.array([[2.0, 0.0]]))[0, 0] == pytest.approx(3 * np.e / (3 * np.e + 1))


def test_what_the_labels_were_drawn_with_is_found_again():
    biases = np.array([1.5, 0.0, -0.5, -1.0])
    found = fit_scaling(*drawn(20_000, 1.7, biases), np.ones(20_000))
    assert found.temperature == pytest.approx(1.7, abs=0.06)
    assert found.biases == pytest.approx(biases, abs=0.1)


def test_without_information_the_prior_is_left():
    labels = np.repeat([0, 1, 2], [60, 30, 10])
    found = fit_scaling(np.zeros((100, 3)), labels, np.ones(100))
    assert found.probabilities(np.zeros(3)) == pytest.approx(np.array([0.6, 0.3, 0.1]), abs=0.003)


def test_it_lies_at_the_minimum():
    logits, labels = drawn(400, 0.6, [0.5, 0.5, -1.0], seed=2)
    found = fit_scaling(logits, labels, np.ones(400))
    best = log_loss(found.probabilities(logits), labels)
    for change in (0.9, 1.1):
        assert log_loss(Scaling(found.temperature * change, found.biases).probabilities(logits), labels) > best
    for label in range(3):
        moved = found.biases + 0.1 * np.eye(3)[label]
        assert log_loss(Scaling(found.temperature, moved).probabilities(logits), labels) > best


def test_a_weight_of_two_is_the_row_twice():
    logits, labels = drawn(200, 1.0, [0.0, 0.5, -0.5], seed=3)
    twice = fit_scaling(np.concatenate((logits, logits[:50])), np.concatenate((labels, labels[:50])), np.ones(250))
    weighted = fit_scaling(logits, labels, np.where(np.arange(200) < 50, 2.0, 1.0))
    assert weighted.temperature == pytest.approx(twice.temperature)
    assert weighted.biases == pytest.approx(twice.biases)


@pytest.mark.parametrize("times", [100.0, -1.0, 0.01])
def test_a_perfect_a_perverse_and_a_faint_model_have_a_temperature_too(times):
    labels = np.repeat(np.arange(3), 10)
    found = fit_scaling(times * np.eye(3)[labels], labels, np.ones(30))
    assert 0 < found.temperature < np.inf
    assert np.isfinite(found.biases).all()
    probabilities = found.probabilities(times * np.eye(3)[labels])
    assert log_loss(probabilities, labels) <= np.log(3) + 0.01


def test_a_class_of_eight_cases_stays_near_its_share():
    logits, labels = drawn(1000, 1.0, [0.0, 0.0, -9.0], seed=4)
    labels[:8] = 2
    found = fit_scaling(logits, labels, np.ones(1000))
    assert found.probabilities(logits)[:, 2].sum() == pytest.approx(np.count_nonzero(labels == 2), abs=0.6)


@pytest.mark.parametrize(
    ("logits", "labels"),
    [
        (np.zeros((0, 3)), np.zeros(0, np.int64)),
        (np.full((2, 3), np.nan), np.array([0, 1])),
        (np.zeros((2, 3)), np.array([0, 3])),
        (np.zeros((2, 3)), np.array([-1, 0])),
    ],
)
def test_nothing_no_numbers_and_foreign_labels_are_refused(logits, labels):
    with pytest.raises(DataError, match="cannot be fitted"):
        fit_scaling(logits, labels, np.ones(len(labels)))
