import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sklearn

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


def test_the_figures_are_scikit_learn_s():
    draw = np.random.default_rng(0)
    truth = draw.integers(0, 7, 400)
    probabilities = softmax(draw.normal(size=(400, 7)) + 1.5 * np.eye(7)[truth])
    decision = probabilities.argmax(axis=1)
    confusion = confusion_matrix(truth, decision, 7)
    assert np.array_equal(confusion, sklearn.confusion_matrix(truth, decision))
    assert np.allclose(recalls(confusion), sklearn.recall_score(truth, decision, average=None), atol=1e-12)
    assert balanced_accuracy(confusion) == pytest.approx(sklearn.balanced_accuracy_score(truth, decision), abs=1e-12)
    assert accuracy(confusion) == pytest.approx(sklearn.accuracy_score(truth, decision), abs=1e-12)
    one_against_rest = [sklearn.roc_auc_score(truth == label, probabilities[:, label]) for label in range(7)]
    assert macro_auc(probabilities, truth) == pytest.approx(np.mean(one_against_rest), abs=1e-5)
    assert 0.6 < macro_auc(probabilities, truth) < 1


def test_more_mistakes_and_a_lost_class_score_worse():
    draw = np.random.default_rng(1)
    truth = np.repeat(np.arange(7), 60)
    logits = 3 * np.eye(7)[truth] + draw.normal(size=(420, 7))
    found = []
    for noise in (0, 1, 3):
        probabilities = softmax(logits + noise * draw.normal(size=logits.shape))
        confusion = confusion_matrix(truth, probabilities.argmax(axis=1), 7)
        found.append((balanced_accuracy(confusion), accuracy(confusion), macro_auc(probabilities, truth)))
    assert found == sorted(found, reverse=True)
    blind = logits.copy()
    blind[:, 3] = -9
    assert balanced_accuracy(confusion_matrix(truth, blind.argmax(axis=1), 7)) < found[0][0] - 0.1
