"""Student's t distribution: how far chance goes when a spread is known from few values (Student 1908)."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from lesionlab.core.errors import InputError

NODES, WEIGHTS = np.polynomial.legendre.leggauss(64)
HALVINGS, NEWTON_STEPS = 10, 4  # near enough for the steps, and the steps to 1e-12


def cdf(t: float, df: float) -> float:
    """Return the share of the distribution with `df` degrees of freedom that lies below `t`, to 1e-10.

    With t = sqrt(df) tan(angle) the density becomes a power of the cosine, which a Gauss rule integrates as it stands.

    Raises:
        InputError: `df` is not above 0.
    """
    if not df > 0:
        raise InputError(f"{df} degrees of freedom are not accepted.", "Give more than 0; infinity is the normal one.")
    if math.isinf(df) or df > 1e7:
        return 0.5 * math.erfc(-t / math.sqrt(2))
    angle = math.atan(t / math.sqrt(df))
    # Above one degree of freedom nothing of note lies beyond where the power of the cosine has fallen to 1e-18.
    reach = math.acos(1e-18 ** (1 / (df - 1))) if df > 1 else math.pi / 2
    end = math.copysign(min(abs(angle), reach), angle)
    points = (NODES + 1) * end / 2
    area = float(WEIGHTS @ np.cos(points) ** (df - 1)) * end / 2
    total = math.exp(math.lgamma(df / 2) + math.lgamma(0.5) - math.lgamma((df + 1) / 2))
    return 0.5 + area / total


@lru_cache(maxsize=4096)
def quantile(share: float, df: float) -> float:
    """Return the value below which `share` of the distribution lies.

    Raises:
        InputError: the share is not within 0..1, or `df` not above 0.
    """
    if not 0 < share < 1:
        raise InputError(f"A share of {share} has no quantile.", "Give one between 0 and 1.")
    if share < 0.5:
        return -quantile(1 - share, df)
    low, high = 0.0, 1.0
    while cdf(high, df) < share:
        high *= 2
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if cdf(middle, df) < share else (low, middle)
    found = (low + high) / 2
    for _ in range(NEWTON_STEPS):
        found -= (cdf(found, df) - share) / _density(found, df)
    return found


def _density(t: float, df: float) -> float:
    if math.isinf(df) or df > 1e7:
        return math.exp(-(t**2) / 2) / math.sqrt(2 * math.pi)
    scale = math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - math.log(df * math.pi) / 2
    return math.exp(scale - (df + 1) / 2 * math.log1p(t**2 / df))
