import pytest

from lesionlab.study.scale import number, scale


def test_values_lie_between_top_and_bottom_the_higher_the_nearer_the_top():
    bar = scale([2.0, 10.0], [], top=100, height=50)
    assert bar.low == 0
    assert 100 <= bar.y(10) < bar.y(2) < bar.y(0) == 150


def test_a_value_below_nothing_is_shown_and_never_bent_by_a_logarithm():
    bar = scale([-0.002, 0.1], [], 0, 100, logarithmic=True)
    assert not bar.logarithmic
    assert bar.holds(-0.002)


def test_equal_ratios_are_equal_ways_on_a_logarithmic_scale():
    bar = scale([0.01, 1.0], [], 0, 100, logarithmic=True)
    assert bar.y(0.01) - bar.y(0.1) == pytest.approx(bar.y(0.1) - bar.y(1))
    assert bar.ticks == pytest.approx((0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1))


def test_near_rulers_widen_a_scale_and_far_ones_do_not():
    assert scale([1.0, 2.0], [2.9], 0, 1).holds(2.9)
    assert not scale([1.0, 2.0], [3.1], 0, 1).holds(3.1)
    bent = scale([1.0, 2.0], [0.41, 0.1, 9.0], 0, 1, logarithmic=True)
    assert (bent.holds(0.41), bent.holds(0.1), bent.holds(9)) == (True, False, False)


def test_limits_are_kept_and_widened_by_values_beyond_them():
    bar = scale([0.4], [], 0, 1, limits=(0, 1))
    assert (bar.low, bar.high) == (0, 1)
    assert scale([-0.2, 1.3], [], 0, 1, limits=(0, 1)).holds(-0.2)
    assert scale([-0.2, 1.3], [], 0, 1, limits=(0, 1)).holds(1.3)
    assert scale([], [], 0, 1, limits=(0, 1)).holds(1)


@pytest.mark.parametrize(
    ("values", "ticks"),
    [([1.0], [0, 0.5, 1]), ([0.31], [0, 0.1, 0.2, 0.3]), ([14.0], [0, 5, 10]), ([0.0], [0, 0.5, 1]), ([], [])],
)
def test_ticks_are_round_and_few(values, ticks):
    assert scale(values, [], 0, 1).ticks == pytest.approx(ticks)


@pytest.mark.parametrize(
    ("value", "digits", "text"), [(0.3, 4, "0.3"), (10.0, 2, "10"), (0.00004, 4, "0"), (5, 0, "5")]
)
def test_numbers_have_no_zeros_at_the_end(value, digits, text):
    assert number(value, digits) == text
