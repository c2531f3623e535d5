import numpy as np
import pytest
from sklearn import metrics as sklearn

from lesionlab.metrics.ranking import Ranking

ONCE = np.ones((4, 1))


def test_by_hand():
    ranking = Ranking(np.array([0.9, 0.8, 0.7, 0.1]), np.array([True, False, True, False]), ONCE)
    assert ranking.area_under_roc() == pytest.approx([0.75])
    assert ranking.average_precision() == pytest.approx([(1 + 2 / 3) / 2])
    assert ranking.sensitivity_at(1.0) == pytest.approx([0.5])
    assert ranking.sensitivity_at(0.5) == pytest.approx([1.0])


def test_equal_scores_lie_on_one_threshold():
    ranking = Ranking(np.full(4, 0.5), np.array([True, False, True, False]), ONCE)
    assert ranking.area_under_roc() == pytest.approx([0.5])
    assert ranking.average_precision() == pytest.approx([0.5])
    assert ranking.sensitivity_at(0.9) == pytest.approx([0.0])


def test_it_is_scikit_learn_s_for_each_column_of_weights():
    draw = np.random.default_rng(0)
    positive = draw.random(150) < 0.2
    scores = np.round(draw.normal(size=150) + positive, 1)
    weights = draw.integers(0, 4, (150, 5)).astype(float)
    ranking = Ranking(scores, positive, weights)
    for row, (area, precision) in enumerate(zip(ranking.area_under_roc(), ranking.average_precision(), strict=True)):
        assert area == pytest.approx(sklearn.roc_auc_score(positive, scores, sample_weight=weights[:, row]))
        assert precision == pytest.approx(
            sklearn.average_precision_score(positive, scores, sample_weight=weights[:, row])
        )
    false, true, _ = sklearn.roc_curve(positive, scores, drop_intermediate=False)
    once = Ranking(scores, positive, np.ones((150, 1)))
    for specificity in (0.8, 0.9, 0.95):
        assert once.sensitivity_at(specificity) == pytest.approx([true[false <= 1 - specificity + 1e-12].max()])


def test_noise_ranks_worse_and_more_specificity_finds_fewer():
    draw = np.random.default_rng(1)
    positive = np.arange(400) < 80
    found = []
    for noise in (0.3, 1.0, 3.0):
        ranking = Ranking(positive + noise * draw.normal(size=400), positive, np.ones((400, 1)))
        found.append((ranking.area_under_roc()[0], ranking.average_precision()[0], ranking.sensitivity_at(0.9)[0]))
        assert ranking.sensitivity_at(0.95)[0] <= ranking.sensitivity_at(0.8)[0]
    assert found == sorted(found, reverse=True)


@pytest.mark.parametrize("positive", [np.zeros(4, bool), np.ones(4, bool)])
def test_one_class_only_cannot_be_ranked(positive):
    with pytest.raises(ValueError, match="needs a case"):
        Ranking(np.arange(4.0), positive, ONCE)
