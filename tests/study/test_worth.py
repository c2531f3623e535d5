import numpy as np
import pytest

from lesionlab.metrics.contrast import contrast
from lesionlab.study.worth import worth

LABELS = np.repeat(np.arange(3), 300)
FOLDS = np.tile(np.arange(5), 180)


def gains(seed: int, synthetic: float, perfect: float) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    common = draw.normal(0, 0.3, len(LABELS))
    return synthetic + common + draw.normal(0, 0.1, len(LABELS)), perfect + common + draw.normal(0, 0.1, len(LABELS))


def test_half_the_gain_of_real_images_is_worth_half_of_them():
    found = worth(*gains(0, 0.1, 0.2), LABELS, FOLDS)
    assert found.share == pytest.approx(0.5, abs=0.06)
    low, high = found.bounds
    assert low < 0.5 < high
    assert high - low < 0.4


def test_at_its_bounds_the_difference_is_just_told_from_zero():
    synthetic, perfect = gains(1, 0.1, 0.2)
    for bound in worth(synthetic, perfect, LABELS, FOLDS).bounds:
        at = contrast(synthetic - bound * perfect, LABELS, FOLDS)
        low, high = at.interval()
        assert min(abs(low), abs(high)) == pytest.approx(0, abs=1e-6)


def test_where_real_images_gain_nothing_no_share_is_excluded():
    assert worth(*gains(2, 0.1, 0.0), LABELS, FOLDS).bounds is None
    assert worth(*gains(3, 0.1, -0.2), LABELS, FOLDS).bounds is None


def test_images_as_good_as_real_ones_are_worth_all_of_them():
    synthetic, _ = gains(4, 0.2, 0.2)
    found = worth(synthetic, synthetic, LABELS, FOLDS)
    assert found.share == 1
    assert found.bounds == pytest.approx((1, 1), abs=0.02)
