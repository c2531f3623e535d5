"""Two-sample test: can the nearest neighbour tell synthetic images from real ones (Lopez-Paz and Oquab 2017)?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lesionlab.core.errors import InputError
from lesionlab.metrics.neighbours import apart_from_itself, nearest
from lesionlab.metrics.space import Features, check_sets


@dataclass(frozen=True)
class TwoSample:
    """Shares of images whose nearest neighbour is of their own kind: .5 each if nothing tells the sets apart."""

    accuracy: float  # over both sets; well below .5 means copies of the real images
    real: float  # of the real images alone: low means that the synthetic ones lie among them
    fake: float  # of the synthetic images alone: high means that they keep to themselves
    p_value: float  # the chance of an accuracy so far from .5 if both sets were of one distribution


def two_sample(real: Features, fake: Features, permutations: int = 1000, seed: int = 0) -> TwoSample:
    """Classify each image by the nearest of all others, leaving it out itself; float32 [n, d] each.

    The chance is that of randomly exchanged labels on the same neighbours.

    Raises:
        InputError: sets of different size, fewer than 2 images, different widths, or values not finite.
    """
    check_sets(real, fake, 2)
    if len(real) != len(fake):
        raise InputError(
            f"{len(real):,} real and {len(fake):,} synthetic images make a coin that is not fair.",
            "Take the same number of images from both.",
        )
    draw = np.random.default_rng(seed)
    order = draw.permutation(2 * len(real))  # ties go to the first: neither set may come first
    kinds = order < len(real)
    together = np.concatenate((real, fake))[order]
    neighbour = nearest(together, together, 1, apart_from_itself(len(together))).indices[:, 0]
    right = kinds == kinds[neighbour]
    apart = abs(right.mean() - 0.5)
    by_chance = 0
    for _ in range(permutations):
        exchanged = draw.permutation(kinds)
        by_chance += abs((exchanged == exchanged[neighbour]).mean() - 0.5) >= apart
    return TwoSample(
        accuracy=float(right.mean()),
        real=float(right[kinds].mean()),
        fake=float(right[~kinds].mean()),
        p_value=(1 + int(by_chance)) / (1 + permutations),
    )
