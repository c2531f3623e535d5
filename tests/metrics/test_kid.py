import numpy as np
import pytest
import torch
from sklearn.metrics.pairwise import polynomial_kernel
from torch_fidelity.metric_kid import kid_features_to_metric

from lesionlab.core.errors import InputError
from lesionlab.metrics.kid import kid, kid_subsets


def features(n: int, d: int = 64, shift: float = 0.0, seed: int = 0) -> np.ndarray:
    """Features as a network's last layer has them: never negative, with a common part."""
    draw = np.random.default_rng(seed)
    return np.maximum(draw.normal(0.5 + shift, 1, (n, d)), 0).astype(np.float32)


def test_two_points_in_each_set_by_hand():
    real, fake = np.array([[0.0], [1.0]], np.float32), np.array([[2.0], [3.0]], np.float32)
    # Kernels (xy + 1)^3: 0 with all others 1, 2 with 3 343, 1 with 2 27, 1 with 3 64.
    assert kid(real, fake) == pytest.approx(1 + 343 - 2 * (1 + 1 + 27 + 64) / 4, rel=1e-6)


def test_it_is_the_sum_over_all_pairs_of_scikit_learn_s_kernel():
    real, fake = features(300), features(200, shift=0.2, seed=1)
    one, other = real.astype(np.float64), fake.astype(np.float64)
    within = [(k.sum() - np.trace(k)) / (len(k) * (len(k) - 1)) for k in map(polynomial_kernel, (one, other))]
    assert kid(real, fake) == pytest.approx(sum(within) - 2 * polynomial_kernel(one, other).mean(), rel=1e-5)


def test_all_images_in_one_subset_give_torch_fidelity_s_figure():
    real, fake = features(600), features(600, shift=0.1, seed=1)
    theirs = reference(real, fake, subsets=1, size=600, seed=0)
    assert kid(real, fake) == pytest.approx(theirs[0], rel=1e-5)


def test_the_subsets_are_those_of_torch_fidelity():
    real, fake = features(700), features(500, shift=0.1, seed=1)
    theirs = reference(real, fake, subsets=8, size=200, seed=2020)
    assert kid_subsets(real, fake, 8, 200, 2020) == pytest.approx(theirs, rel=1e-5)


def reference(real, fake, subsets, size, seed):
    tensors = (torch.from_numpy(each.astype(np.float64)) for each in (real, fake))
    found = kid_features_to_metric(*tensors, kid_subsets=subsets, kid_subset_size=size, rng_seed=seed, verbose=False)
    return found["kernel_inception_distance_mean"], found["kernel_inception_distance_std"]


def test_equal_distributions_give_zero_on_average_and_often_less():
    found = [kid(features(60, seed=2 * s), features(60, seed=2 * s + 1)) for s in range(60)]
    assert abs(np.mean(found)) < 3 * np.std(found) / np.sqrt(60)
    assert 15 < sum(value < 0 for value in found) < 50


def test_any_number_of_images_from_two_on_will_do():
    for n in (2, 3, 17, 257):
        assert np.isfinite(kid(features(n), features(n, seed=1)))
    with pytest.raises(InputError, match="1 images are too few"):
        kid(features(1), features(5))


def test_what_is_further_away_scores_worse():
    real = features(400)
    found = [kid(real, features(400, shift=shift, seed=1)) for shift in (0, 0.1, 0.2, 0.4)]
    assert found == sorted(found)
    assert found[0] < 0.1 * found[1]


def test_collapse_scores_worse_than_variety_and_so_does_the_loss_of_a_class():
    draw = np.random.default_rng(3)
    centres = draw.normal(0, 1.0, (7, 64))
    classes = np.arange(700) % 7
    real, fake, noise = ((centres[classes] + draw.normal(0, 1, (700, 64))).astype(np.float32) for _ in range(3))
    lost = fake.copy()
    lost[classes == 3] = fake[classes == 4]
    collapsed = np.repeat(fake[:7], 100, axis=0)
    assert kid(real, noise) < kid(real, lost) < kid(real, collapsed)


def test_it_does_not_depend_on_the_order_of_the_images():
    real, fake = features(300), features(300, shift=0.1, seed=1)
    assert kid(real, fake) == pytest.approx(kid(real[::-1], fake[::-1]), rel=1e-5)
    assert kid(real, fake) == pytest.approx(kid(fake, real), rel=1e-5)


def test_features_far_from_the_origin_lose_no_digits():
    real, fake = features(200) + 30, features(200, shift=0.1, seed=1) + 30
    exact = [k.astype(np.float64) for k in (real, fake)]
    within = [(k.sum() - np.trace(k)) / (200 * 199) for k in map(polynomial_kernel, exact)]
    assert kid(real, fake) == pytest.approx(sum(within) - 2 * polynomial_kernel(*exact).mean(), rel=1e-3)


@pytest.mark.parametrize(("subsets", "size"), [(0, 10), (5, 1), (5, 51)])
def test_subsets_that_cannot_be_drawn_are_refused(subsets, size):
    with pytest.raises(InputError, match="cannot be drawn from 50 images"):
        kid_subsets(features(50), features(60), subsets, size, 0)


def test_features_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="cannot be compared"):
        kid(features(9, 4), features(9, 5))
    bad = features(9)
    bad[2, 1] = np.nan
    with pytest.raises(InputError, match="1 of 9 images are not finite"):
        kid(features(9), bad)
