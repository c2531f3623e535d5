"""Metadata as values of strata: ages in bands, and what is not told as nothing."""

from __future__ import annotations

_BANDS = ((0, 19), (20, 39), (40, 59), (60, 79), (80, 130))
_MISSING = ("", "unknown", "nan", "none", "n/a")


def stratum_value(column: str, given: str) -> str:
    """Return the value that an image counts under in a column, such as `age`; blank where it is not told."""
    value = given.strip()
    if value.lower() in _MISSING:
        return ""
    return age_band(value) if column == "age" else value


def age_band(age: str) -> str:
    """Return the band of an age in years, or nothing when it is no age."""
    try:
        years = float(age)
    except ValueError:
        return ""
    return next((_band(low, high) for low, high in _BANDS if low <= years < high + 1), "")


def _band(low: int, high: int) -> str:
    if low == 0:
        return f"under {high + 1}"
    return f"{low} and over" if high == _BANDS[-1][1] else f"{low} to {high}"


AGE_BANDS = tuple(_band(*ages) for ages in _BANDS)
