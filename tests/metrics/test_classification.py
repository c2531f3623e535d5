import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesionlab.metrics.classification import (
    accuracy,
    area_under_roc,
    balanced_accuracy,
    confusion_matrix,
    macro_auc,
    mean_by_lesion,
    recalls,
    softmax,
)


def test_softmax_of_equal_logits_is_uniform_and_of_large_ones_finite():
    assert np.allclose(softmax(np.zeros((1, 4))), 0.25)
    assert np.allclose(softmax(np.array([[1e4, 0.0]])), [[1, 0]])


def test_confusion_and_recalls_by_hand():
    truth, decision = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 0, 2])
    confusion = confusion_matrix(truth, decision, 3)
    assert confusion.tolist() == [[2, 1, 0], [1, 1, 0], [0, 0, 1]]
    assert np.allclose(recalls(confusion), [2 / 3, 1 / 2, 1])
    assert balanced_accuracy(confusion) == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)
    assert accuracy(confusion) == pytest.approx(4 / 6)


def test_always_answering_the_commonest_class_is_accurate_and_not_balanced():
    truth = np.array([0] * 67 + [1] * 33)
    confusion = confusion_matrix(truth, np.zeros(100, dtype=np.int64), 2)
    assert accuracy(confusion) == pytest.approx(0.67)
    assert balanced_accuracy(confusion) == pytest.approx(0.5)


def test_a_class_without_a_case_has_no_recall_and_does_not_count():
    confusion = np.array([[3, 1, 0], [0, 2, 0], [0, 0, 0]])
    assert np.isnan(recalls(confusion)[2])
    assert balanced_accuracy(confusion) == pytest.approx((0.75 + 1) / 2)


def test_a_lesion_is_judged_by_the_mean_over_its_images():
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6]])
    means, labels = mean_by_lesion(probabilities, np.array([0, 1, 0]), ["a", "b", "a"])
    assert np.allclose(means, [[0.65, 0.35], [0.2, 0.8]])
    assert labels.tolist() == [0, 1]


def test_a_lesion_with_two_labels_is_an_error():
    with pytest.raises(ValueError, match="different labels"):
        mean_by_lesion(np.zeros((2, 2)), np.array([0, 1]), ["a", "a"])
    with pytest.raises(ValueError, match="do not match"):
        mean_by_lesion(np.zeros((2, 2)), np.array([0, 1]), ["a"])


@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=30),
    st.lists(st.integers(0, 5), min_size=1, max_size=30),
)
def test_auc_is_the_share_of_pairs_in_the_right_order(positive, negative):
    pairs = [(p > n) + 0.5 * (p == n) for p in positive for n in negative]
    assert area_under_roc(np.array(positive, float), np.array(negative, float)) == pytest.approx(np.mean(pairs))


def test_macro_auc_is_one_for_a_perfect_ranking_and_half_for_a_constant():
    truth = np.array([0, 1, 2, 0])
    assert macro_auc(np.eye(3)[truth], truth) == 1.0
    assert macro_auc(np.full((4, 3), 1 / 3), truth) == 0.5


def test_temperature_flattens():
    logits = np.array([[2.0, 0.0]])
    assert softmax(logits, 2.0)[0, 0] == pytest.approx(1 / (1 + np.exp(-1)))
    assert softmax(logits, 100.0)[0, 0] == pytest.approx(0.5, abs=0.01)
