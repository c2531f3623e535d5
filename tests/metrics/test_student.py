import math

import pytest
from scipy import stats

from lesionlab.core.errors import InputError
from lesionlab.metrics.student import cdf, quantile


@pytest.mark.parametrize("df", [1, 1.5, 2, 3.7, 4, 10, 57.3, 1e3, 1e5])
@pytest.mark.parametrize("t", [-12.7, -2.8, -0.3, 0.0, 1e-6, 0.7, 1.96, 4.0, 40.0])
def test_the_share_below_is_scipy_s(t, df):
    assert cdf(t, df) == pytest.approx(stats.t.cdf(t, df), abs=1e-9)


@pytest.mark.parametrize("df", [1, 2, 4, 8.5, 30, 2000])
@pytest.mark.parametrize("share", [0.025, 0.05, 0.5, 0.8, 0.95, 0.975, 0.9995])
def test_the_quantile_is_scipy_s(share, df):
    assert quantile(share, df) == pytest.approx(stats.t.ppf(share, df), rel=1e-6, abs=1e-9)


def test_known_exactly_the_spread_gives_the_normal_distribution():
    assert quantile(0.975, math.inf) == pytest.approx(1.959963985, rel=1e-8)


@pytest.mark.parametrize("df", [0, -1, math.nan])
def test_no_degrees_of_freedom_are_refused(df):
    with pytest.raises(InputError, match="degrees of freedom"):
        cdf(1.0, df)


@pytest.mark.parametrize("share", [0, 1, -0.1, math.nan])
def test_a_share_without_a_quantile_is_refused(share):
    with pytest.raises(InputError, match="quantile"):
        quantile(share, 4)
