"""The scale of a panel: where a value lies on it, its ticks, and which rulers lie within."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Rulers further beyond the highest value, or below the lowest on a logarithmic scale, would press all values together:
# they stand in the table alone.
FAR, FAR_BELOW = 1.5, 2.5
TICKS = 4


@dataclass(frozen=True)
class Scale:
    """Where a value lies between `top` and `top` + `height`."""

    low: float
    high: float
    top: float
    height: float
    ticks: tuple[float, ...]
    logarithmic: bool

    def y(self, value: float) -> float:
        """Return the y of a value."""
        low, high, at = (self._bent(v) for v in (self.low, self.high, value))
        return self.top + self.height * (1 - (at - low) / (high - low))

    def holds(self, value: float) -> bool:
        """Return whether a value lies within."""
        return self.low <= value <= self.high

    def _bent(self, value: float) -> float:
        return math.log10(value) if self.logarithmic else value


def scale(
    values: Sequence[float],
    rulers: Sequence[float],
    top: float,
    height: float,
    *,
    logarithmic: bool = False,
    limits: tuple[float, float] | None = None,
) -> Scale:
    """Return the scale that holds all values, the rulers near them, and the `limits` where there are some.

    It is logarithmic where that is wanted and all values are above nothing; otherwise it begins at 0 or below.
    """
    if not values and limits is None:
        return Scale(0.0, 1.0, top, height, (), False)
    if logarithmic and min(values) > 0:
        near = [ruler for ruler in rulers if min(values) / FAR_BELOW <= ruler <= FAR * max(values)]
        low, high = min([*values, *near]) / 1.15, max([*values, *near]) * 1.15
        return Scale(low, high, top, height, tuple(_logarithmic_ticks(low, high)), True)
    if limits is not None:
        low, high = min([limits[0], *values]), max([limits[1], *values])
    else:
        near = [ruler for ruler in rulers if ruler <= FAR * max(values)]
        low, high = min([0.0, *values, *near]), max([*values, *near])
        low, high = 1.05 * low, high + (0.05 * (high - low) or 1.0)
    return Scale(low, high, top, height, tuple(_ticks(low, high)), False)


def _ticks(low: float, high: float) -> Iterable[float]:
    rough = (high - low) / TICKS
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [number * step for number in range(first, math.floor(high / step + 1e-9) + 1)]


def _logarithmic_ticks(low: float, high: float) -> Iterable[float]:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [tick for power in powers for factor in (1, 2, 5) if low <= (tick := factor * 10.0**power) <= high]


def number(value: float, digits: int) -> str:
    """Return a value with at most so many digits after the point, without zeros at the end."""
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
