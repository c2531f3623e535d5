import numpy as np
import pytest
import torch
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric

from lesionlab.core.errors import InputError
from lesionlab.metrics.fid import Moments, fid, fid_caveat, frechet, moments


def features(n: int, d: int = 48, shift: float = 0.0, seed: int = 0) -> np.ndarray:
    draw = np.random.default_rng(seed)
    mixed = draw.normal(size=(n, d)) @ np.random.default_rng(99).normal(size=(d, d))
    return np.maximum(mixed + 1 + shift, 0).astype(np.float32)


def test_a_shift_of_one_set_gives_the_squared_length_of_the_shift():
    real = features(500)
    assert fid(real, real + np.float32(0.5)) == pytest.approx(48 * 0.25, rel=1e-5)


def test_two_diagonal_covariances_by_hand():
    real = Moments(9, np.zeros(2), np.diag([4.0, 1.0]))
    fake = Moments(9, np.array([1.0, 2.0]), np.diag([9.0, 0.0]))
    assert frechet(real, fake) == pytest.approx(5 + (2 - 3) ** 2 + 1)


def test_covariances_that_do_not_commute_by_hand():
    real = Moments(9, np.zeros(2), np.array([[2.0, 0.0], [0.0, 0.0]]))
    fake = Moments(9, np.zeros(2), np.array([[1.0, 1.0], [1.0, 1.0]]))
    # The product [[2, 2], [0, 0]] has the eigenvalues 2 and 0: 2 + 2 - 2 sqrt(2).
    assert frechet(real, fake) == pytest.approx(4 - 2 * np.sqrt(2))


@pytest.mark.parametrize(("n", "m"), [(400, 400), (400, 90), (5_000, 4_500)])
def test_it_is_torch_fidelity_s_figure(n, m):
    real, fake = features(n), features(m, shift=0.3, seed=1)
    assert fid(real, fake) == pytest.approx(reference(real, fake), rel=1e-5)


def test_it_is_torch_fidelity_s_figure_with_fewer_images_than_dimensions():
    real, fake = features(30), features(30, shift=0.3, seed=1)
    assert fid(real, fake) == pytest.approx(reference(real, fake), rel=1e-5)


def reference(real, fake):
    statistics = [fid_features_to_statistics(torch.from_numpy(each.astype(np.float64))) for each in (real, fake)]
    return fid_statistics_to_metric(*statistics, verbose=False)["frechet_inception_distance"]


def test_moments_are_numpy_s():
    found, each = moments(features(5_000)), features(5_000).astype(np.float64)
    assert np.allclose(found.mean, each.mean(axis=0))
    assert np.allclose(found.covariance, np.cov(each, rowvar=False))


def test_a_set_with_itself_is_at_no_distance_and_another_draw_at_little():
    real, other, far = features(3_000), features(3_000, seed=1), features(3_000, shift=1.0, seed=1)
    assert fid(real, real) == pytest.approx(0, abs=1e-4)
    assert 0 < fid(real, other) < 0.5 * fid(real, far)


def test_collapse_noise_and_a_lost_class_score_worse():
    draw = np.random.default_rng(3)
    centres, classes = draw.normal(0, 2, (7, 48)), np.arange(2_100) % 7
    real, fake = ((centres[classes] + draw.normal(0, 1, (2_100, 48))).astype(np.float32) for _ in range(2))
    lost = fake.copy()
    lost[classes == 3] = fake[classes == 4]
    noisy = fake + draw.normal(0, 1, fake.shape).astype(np.float32)
    collapsed = np.repeat(fake[:7], 300, axis=0)
    floor = fid(real, fake)
    assert all(fid(real, worse) > 2 * floor for worse in (lost, noisy, collapsed))


def test_fewer_images_give_a_higher_figure_and_it_is_said():
    assert fid(features(100), features(100, seed=1)) > 2 * fid(features(1_000), features(1_000, seed=1))
    assert "rank deficient: 500 images" in fid_caveat(500, 3_000, 512)
    assert "rank deficient: 512 images" in fid_caveat(512, 512, 512)
    assert "biased upwards: 2,047 images are under 2,048" in fid_caveat(2_047, 5_000, 512)
    assert fid_caveat(2_049, 2_049, 2_048) == fid_caveat(2_048, 2_048, 512) == ""


def test_features_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="too few"):
        fid(features(1), features(9))
    with pytest.raises(InputError, match="cannot be compared"):
        fid(features(9, 4), features(9, 5))
