import math

import numpy as np
import pytest
from scipy import stats

from lesionlab.core.errors import InputError
from lesionlab.metrics.contrast import Contrast, contrast, over_folds

CLASSES, FOLDS = 4, 5


def design(lesions: int = 400) -> tuple[np.ndarray, np.ndarray]:
    labels = np.repeat(np.arange(CLASSES), lesions // CLASSES)
    return labels, np.tile(np.arange(FOLDS), lesions // FOLDS)


def drawn(draw: np.random.Generator, labels, folds, effect=0.0, common=0.0) -> np.ndarray:
    shift = effect + draw.normal(0, common, (FOLDS, CLASSES))[folds, labels]
    return draw.normal(0, 0.5, len(labels)) + shift


def test_the_estimate_is_the_mean_of_the_classes_not_of_the_lesions():
    labels = np.array([0] * 8 + [1] * 2)
    differences = np.where(labels == 0, 0.0, 1.0)
    assert contrast(differences, labels, np.arange(10) % 2).estimate == pytest.approx(0.5)


def test_one_fold_gives_the_error_of_means_of_strata_by_hand():
    differences, labels = np.array([0.0, 1.0, 1.0, 2.0]), np.array([0, 0, 1, 1])
    found = contrast(differences, labels, np.zeros(4, np.int64))
    assert found.error == pytest.approx(math.sqrt(2 * (0.5 / 2) / 4))
    assert math.isnan(found.fold_variance)
    assert found.interval() == pytest.approx((1 - 1.959964 * found.error, 1 + 1.959964 * found.error))


def test_folds_that_lie_far_apart_give_student_s_interval_of_the_five_folds():
    labels, folds = design()
    means = np.array([0.1, -0.3, 0.4, 0.2, -0.1])
    found = contrast(means[folds], labels, folds)
    reach = stats.t.ppf(0.975, 4) * means.std(ddof=1) / math.sqrt(5)
    assert found.interval() == pytest.approx((0.06 - reach, 0.06 + reach))


def test_lesions_alone_leave_nothing_to_the_folds_on_average():
    labels, folds = design()
    found = [contrast(drawn(np.random.default_rng(seed), labels, folds), labels, folds) for seed in range(200)]
    assert np.mean([each.lesion_variance for each in found]) == pytest.approx(0.25 / 400, rel=0.05)
    assert np.mean([each.fold_variance == 0 for each in found]) > 0.4


@pytest.mark.parametrize("common", [0.0, 0.05, 0.1, 0.3])
def test_the_interval_misses_no_more_often_than_it_says(common):
    labels, folds = design()
    draw = np.random.default_rng(0)
    missed = 0
    for _ in range(600):
        low, high = contrast(drawn(draw, labels, folds, 0.1, common), labels, folds).interval()
        missed += not low <= 0.1 <= high
    assert missed <= stats.binom.ppf(0.999, 600, 0.055)


def test_a_class_alone_is_that_class_s_recall():
    labels, folds = design()
    differences = np.where(labels == 2, 0.5, -1.0) + np.where(np.arange(400) % 2, 0.1, -0.1)
    found = contrast(differences, labels, folds, only=2)
    assert found.estimate == pytest.approx(0.5)
    assert found == contrast(differences[labels == 2], labels[labels == 2], folds[labels == 2])


def test_the_chance_of_so_much_is_that_of_the_interval_that_ends_at_zero():
    found = Contrast(0.03, 0.011, 7.3, 0.0001, 0.00002)
    low, _ = found.interval(1 - found.p_value)
    assert low == pytest.approx(0, abs=1e-6)
    assert Contrast(0.0, 0.0, math.inf, 0.0, 0.0).p_value == 1
    assert Contrast(0.1, 0.0, math.inf, 0.0, 0.0).p_value == 0


def test_a_fold_without_a_class_changes_neither_estimate_nor_ends_in_no_number():
    labels = np.array([0] * 10 + [1] * 3)
    folds = np.array(list(range(5)) * 2 + [0, 1, 1])
    found = contrast(np.linspace(-1, 1, 13), labels, folds)
    assert found.estimate == pytest.approx(
        (np.linspace(-1, 1, 13)[:10].mean() + np.linspace(-1, 1, 13)[10:].mean()) / 2
    )
    assert all(map(math.isfinite, (found.error, found.df, *found.interval())))


def test_one_lesion_of_a_class_and_lengths_that_differ_are_refused():
    with pytest.raises(InputError, match="1 lesions"):
        contrast(np.zeros(3), np.array([0, 0, 1]), np.zeros(3, np.int64))
    with pytest.raises(InputError, match="do not match"):
        contrast(np.zeros(3), np.zeros(2, np.int64), np.zeros(3, np.int64))


def test_figures_that_are_no_mean_over_lesions_go_by_their_folds():
    values = np.array([0.01, 0.03, 0.02, 0.05, 0.04])
    found = over_folds(values)
    expected = stats.ttest_1samp(values, 0)
    assert found.estimate == pytest.approx(0.03)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-6)
    assert found.interval() == pytest.approx(tuple(expected.confidence_interval()), rel=1e-6)
    with pytest.raises(InputError, match="1 folds have no spread"):
        over_folds(values[:1])
