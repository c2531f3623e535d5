import pytest

from lesionlab.evaluation.shares import share_interval


def test_intervals_are_wilson_s():
    # Newcombe 1998, table I: 81 of 263 and 0 of 20.
    assert share_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert share_interval(0, 20) == pytest.approx((0, 0.1611), abs=1e-4)
    low, high = share_interval(20, 20)
    assert (low, high) == pytest.approx((0.8389, 1), abs=1e-4)
