import pytest

from lesionlab.core.stratum_values import AGE_BANDS, age_band, stratum_value


@pytest.mark.parametrize(
    ("age", "band"),
    [
        ("0.0", "under 20"),
        ("19", "under 20"),
        ("20.0", "20 to 39"),
        ("79.5", "60 to 79"),
        ("85", "80 and over"),
        ("-5", ""),
        ("old", ""),
        ("", ""),
    ],
)
def test_ages_fall_into_bands(age: str, band: str):
    assert age_band(age) == band


def test_the_bands_are_in_order():
    assert AGE_BANDS == ("under 20", "20 to 39", "40 to 59", "60 to 79", "80 and over")


@pytest.mark.parametrize(
    ("column", "given", "value"),
    [
        ("sex", " male ", "male"),
        ("sex", "Unknown", ""),
        ("age", "45.0", "40 to 59"),
        ("age", "NaN", ""),
        ("site", "", ""),
    ],
)
def test_what_is_not_told_is_nothing(column, given, value):
    assert stratum_value(column, given) == value
