import numpy as np
import pytest

from lesionlab.core.errors import InputError
from lesionlab.metrics.fid import fid
from lesionlab.metrics.intervals import halves, interval, kid_resampled, resampled
from lesionlab.metrics.kid import kid
from lesionlab.metrics.prdc import prdc


def draws(n: int, seed: int, shift: float = 0, d: int = 8) -> np.ndarray:
    return np.random.default_rng(seed).normal(shift, 1, (n, d)).astype(np.float32)


def test_half_of_each_stratum_is_drawn_and_an_odd_one_goes_either_way():
    strata = np.repeat([0, 1, 2], [10, 4, 5])
    drawn = halves(19, 200, 0, strata)
    assert set(drawn[:, :10].sum(axis=1)) == {5}
    assert set(drawn[:, 10:14].sum(axis=1)) == {2}
    assert set(drawn[:, 14:].sum(axis=1)) == {2, 3}
    assert np.allclose(drawn.mean(axis=0), 0.5, atol=0.15)


def test_the_images_of_a_lesion_go_together():
    lesions = np.array([3, 3, 1, 1, 1, 9, 8, 8])
    drawn = halves(8, 50, 0, groups=lesions)
    for lesion in (1, 3, 8):
        assert all(len(set(row)) == 1 for row in drawn[:, lesions == lesion])
    assert {tuple(row) for row in drawn} == {tuple(row) for row in halves(8, 50, 0, groups=lesions)}


def test_half_samples_of_a_mean_have_the_mean_s_standard_error():
    values = draws(400, 0, d=1)
    means = resampled(
        lambda real, fake: float(real.mean()), values, values, halves(400, 2_000, 1), halves(400, 2_000, 2)
    )
    assert means.std() == pytest.approx(values.std(ddof=1) / 20, rel=0.06)
    low, high = interval(float(values.mean()), means)
    assert high - low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.1)


def test_an_interval_lies_about_the_value_and_not_about_the_half_samples_level():
    assert interval(10.0, np.linspace(0, 1, 1001), 0.9) == pytest.approx((9.55, 10.45))


def test_the_pass_over_the_kernel_gives_kid_of_each_pair_of_halves():
    real, fake = draws(300, 0, 1), draws(280, 1, 1.2)
    chosen, others = halves(300, 6, 0), halves(280, 6, 1)
    plainly = resampled(kid, real, fake, chosen, others)
    assert kid_resampled(real, fake, chosen, others) == pytest.approx(plainly, rel=1e-4)


def test_intervals_hold_the_true_value_about_as_often_as_they_say():
    truth = np.mean([kid(draws(1_000, s, d=2), draws(1_000, s + 1, 0.7, d=2)) for s in range(1000, 1020, 2)])
    held = 0
    for s in range(40):
        real, fake = draws(60, 2 * s, d=2), draws(60, 2 * s + 1, 0.7, d=2)
        low, high = interval(kid(real, fake), kid_resampled(real, fake, halves(60, 100, s), halves(60, 100, s + 500)))
        held += low < truth < high
    assert held >= 34


@pytest.mark.parametrize("n", [60, 240])
def test_more_images_give_narrower_intervals(n):
    real, fake = draws(n, 0), draws(n, 1, 0.5)
    one, other = halves(n, 60, 0), halves(n, 60, 1)
    covered = resampled(lambda a, b: prdc(a, b).coverage, real, fake, one, other)
    frechet = resampled(fid, real, fake, one, other)
    assert 0.4 < covered.std() / np.sqrt(0.04 / n) < 4
    low, high = interval(fid(real, fake), frechet)
    assert low < fid(real, fake) < high
    assert high - low < 60 / np.sqrt(n)


def test_the_mean_over_classes_varies_less_than_each_class():
    each = [
        kid_resampled(draws(50, c), draws(50, 10 + c, 0.5), halves(50, 300, c), halves(50, 300, 20 + c))
        for c in range(7)
    ]
    assert np.mean(each, axis=0).std() < 0.6 * np.mean([values.std() for values in each])


def test_halves_of_one_image_are_refused():
    with pytest.raises(InputError, match="fewer than 2 images"):
        kid_resampled(draws(5, 0), draws(5, 1), halves(5, 9, 0, groups=np.array([0, 0, 0, 0, 1])), halves(5, 9, 1))
