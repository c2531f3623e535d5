"""Several questions at once: p-values that keep the chance of any false alarm among them (Holm 1979)."""

from __future__ import annotations

from collections.abc import Sequence

from lesionlab.core.errors import InputError


def adjusted(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return adjusted p-values, in the order given: where one is at most 5%, so is the chance of any false alarm.

    The smallest is multiplied by their number, the next by one less, and none is smaller than one before it.

    Raises:
        InputError: one lies outside 0..1.
    """
    if strange := [p for p in p_values if not 0 <= p <= 1]:
        raise InputError(f"{strange[0]} is no p-value.", "Give values from 0 to 1.")
    found, largest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        found[place] = largest
    return tuple(found)
