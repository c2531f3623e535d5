import math

import numpy as np
import pytest

from lesionlab.metrics.conformal import fit_limits, members


def test_the_limit_is_the_order_statistic_of_the_promise():
    strangeness = np.arange(1, 100) / 100
    found = fit_limits(strangeness, np.zeros(99, np.int64), 1, alpha=0.1)
    assert found.limits[0] == 0.9  # the 90th of 99: (99 + 1) * 0.9
    assert not found.pooled[0]


def test_small_classes_share_a_limit_and_large_ones_have_their_own():
    labels = np.repeat([0, 1, 2], [60, 20, 20])
    strangeness = np.concatenate((np.full(60, 0.1), np.full(20, 0.5), np.full(20, 0.7)))
    found = fit_limits(strangeness, labels, 4, alpha=0.1)
    assert found.pooled.tolist() == [False, True, True, True]
    assert found.limits.tolist() == [0.1, 0.7, 0.7, 0.7]


def test_too_few_lesions_for_the_promise_are_in_every_set():
    found = fit_limits(np.full(8, 0.1), np.zeros(8, np.int64), 2, alpha=0.1)
    assert found.limits.tolist() == [math.inf, math.inf]
    assert members(np.array([[0.2, 0.9]]), found).tolist() == [[True, True]]
    assert fit_limits(np.full(9, 0.1), np.zeros(9, np.int64), 1, alpha=0.1).limits.tolist() == [0.1]


def test_a_set_is_never_empty():
    found = fit_limits(np.full(100, 0.1), np.repeat([0, 1], 50), 2, alpha=0.1)
    assert members(np.array([[0.6, 0.4], [0.05, 0.95], [0.05, 0.02]]), found).tolist() == [
        [False, True],
        [True, False],
        [True, True],
    ]


def test_in_simulation_each_class_is_covered_as_promised():
    draw = np.random.default_rng(0)
    covered = np.zeros((200, 2))
    for turn in range(200):
        labels = np.repeat([0, 1], [60, 120])
        found = fit_limits(draw.gamma(1 + labels), labels, 2, alpha=0.1)
        for label in (0, 1):
            covered[turn, label] = (draw.gamma(1 + label, size=500) <= found.limits[label]).mean()
    assert covered.mean(axis=0) == pytest.approx([0.9, 0.9], abs=0.012)


def test_a_smaller_promise_makes_smaller_sets():
    draw = np.random.default_rng(1)
    labels = np.repeat(np.arange(3), 60)
    strangeness = draw.random((180, 3))
    strangeness[np.arange(180), labels] *= 0.5
    own = strangeness[np.arange(180), labels]
    sizes = [members(strangeness, fit_limits(own, labels, 3, alpha)).sum() for alpha in (0.05, 0.1, 0.3)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[-1]
