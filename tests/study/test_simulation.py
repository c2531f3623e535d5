from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from lesionlab.study.simulation import REAL, REPLAY, SYNTHETIC, World, simulate, upper_bound, verdicts
from lesionlab.study.verdict import Rule

SMALL = World(lesions=(60, 400, 90), training=0.1, generator=0.15)
STUDIES = 120


def test_a_world_s_differences_are_the_true_ones_on_average():
    world = replace(SMALL, real=0.05, replay=-0.03)
    found = [simulate(world, seed) for seed in range(60)]
    for arm, truth in ((REAL, 0.05), (REPLAY, -0.03)):
        means = [
            np.mean([each.differences(arm, SYNTHETIC)[each.labels == label].mean() for label in range(3)])
            for each in found
        ]
        assert np.mean(means) == pytest.approx(truth, abs=4 * np.std(means) / np.sqrt(60))


def test_the_same_seed_draws_the_same_study():
    one, other = simulate(SMALL, 3), simulate(SMALL, 3)
    assert np.array_equal(one.right, other.right)
    assert not np.array_equal(one.right, simulate(SMALL, 4).right)


def test_planted_effects_are_called_by_their_name():
    strong = replace(SMALL, real=-0.15, replay=-0.15)
    found = verdicts(strong, Rule(), 30)
    assert found.get("helps", 0) >= 25
    assert found.get("hurts", 0) == 0
    assert verdicts(replace(SMALL, real=0.15, replay=0.15), Rule(), 30).get("hurts", 0) >= 25


def test_an_effect_that_replay_has_as_well_is_not_the_generator_s():
    found = verdicts(replace(SMALL, real=-0.15), Rule(), 30)
    assert found.get("helps", 0) <= 2


def test_null_studies_seldom_say_that_it_helps_or_hurts():
    found = verdicts(SMALL, Rule(), STUDIES)
    false = found.get("helps", 0) + found.get("hurts", 0)
    assert false <= stats.binom.ppf(0.999, STUDIES, 0.05)


@pytest.mark.parametrize(("happened", "of"), [(0, 100), (3, 1000), (50, 1000), (100, 100)])
def test_the_bound_of_a_rate_is_the_exact_one(happened, of):
    exact = 1.0 if happened == of else stats.beta.ppf(0.95, happened + 1, of - happened)
    assert upper_bound(happened, of) == pytest.approx(exact, abs=1e-6)
