import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from lesionlab.core.errors import InputError
from lesionlab.metrics.two_sample import two_sample


def draws(n: int, seed: int, shift: float = 0, d: int = 8) -> np.ndarray:
    return np.random.default_rng(seed).normal(shift, 1, (n, d)).astype(np.float32)


def test_points_on_a_line_by_hand():
    real, fake = np.array([[0.0], [1.0], [10.0]], np.float32), np.array([[3.0], [5.5], [10.5]], np.float32)
    found = two_sample(real, fake)
    # Of the real ones 0 and 1 have each other, 10 has 10.5; of the synthetic ones 3 has 1, 5.5 has 3, 10.5 has 10.
    assert (found.real, found.fake) == (pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert found.accuracy == pytest.approx(3 / 6)
    assert found.p_value == 1


def test_it_is_scikit_learn_s_accuracy_with_each_image_left_out():
    real, fake = draws(90, 0), draws(90, 1, shift=0.5)
    features, kinds = np.concatenate((real, fake)), np.arange(180) < 90
    neighbour = NearestNeighbors(n_neighbors=1).fit(features).kneighbors(return_distance=False)[:, 0]
    theirs = kinds == kinds[neighbour]
    found = two_sample(real, fake)
    assert found.accuracy == pytest.approx(theirs.mean(), abs=1e-5)
    assert (found.real, found.fake) == pytest.approx((theirs[:90].mean(), theirs[90:].mean()), abs=1e-5)


def test_one_distribution_is_a_coin_and_the_p_value_does_not_cry_wolf():
    found = [two_sample(draws(60, 2 * s), draws(60, 2 * s + 1), permutations=100) for s in range(50)]
    assert np.mean([each.accuracy for each in found]) == pytest.approx(0.5, abs=0.03)
    assert sum(each.p_value < 0.05 for each in found) <= 7


def test_what_is_further_away_is_told_apart_more_often_and_collapse_always():
    real = draws(300, 0)
    found = [two_sample(real, draws(300, 1, shift)).accuracy for shift in (0, 0.5, 1, 2)]
    assert found == sorted(found)
    collapsed = two_sample(real, draws(300, 1) * 0.1)
    assert collapsed.fake > 0.9
    assert collapsed.p_value < 0.01


def test_the_replayed_training_set_is_told_apart_the_wrong_way_round():
    real = draws(200, 0)
    found = two_sample(real, real[::-1] + np.float32(1e-3))
    assert found.accuracy < 0.05
    assert found.p_value < 0.01


def test_noise_on_the_synthetic_images_is_noticed():
    assert two_sample(draws(200, 0), draws(200, 1) + draws(200, 2)).p_value < 0.01


def test_sets_of_different_size_are_refused():
    with pytest.raises(InputError, match="a coin that is not fair"):
        two_sample(draws(5, 0), draws(6, 1))
