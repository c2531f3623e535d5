"""Intervals of shares, which half-samples cannot give where a share is nearly 0 or 1."""

from __future__ import annotations

import math

NORMAL = 1.959964  # two tails of 2.5%


def share_interval(hits: int, n: int) -> tuple[float, float]:
    """Return the 95% interval of a share of n independent images (Wilson 1927)."""
    share, square = hits / n, NORMAL**2 / n
    middle = (share + square / 2) / (1 + square)
    reach = NORMAL * math.sqrt(share * (1 - share) / n + square / (4 * n)) / (1 + square)
    return max(0.0, middle - reach), min(1.0, middle + reach)
