import numpy as np
import pytest

from lesionlab.evaluation.classes_there import among_classes_there


def test_nothing_is_told_where_every_class_occurs():
    assert among_classes_there(np.eye(3), np.eye(3), np.arange(3)) is None


def test_only_classes_that_occur_may_be_chosen_and_the_rest_is_told():
    probabilities = np.array([[0.5, 0.3, 0.2], [0.6, 0.1, 0.3], [0.2, 0.7, 0.1]])
    found = among_classes_there(probabilities, probabilities, np.array([1, 2, 2]))
    assert found.decision.tolist() == [1, 2, 1]
    assert found.elsewhere == pytest.approx([0.5, 0.6, 0.2])


def test_the_scores_decide_and_the_probabilities_are_told():
    probabilities = np.array([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2]])
    found = among_classes_there(probabilities, probabilities / [0.5, 0.4, 0.1], np.array([1, 2]))
    assert found.decision.tolist() == [2, 2]
    assert found.elsewhere == pytest.approx([0.5, 0.5])
