"""What a recipe feeds to the generator: a latent, and how much of each class."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.seeds import latent as latent_of_seed
from lesionlab.inference.recipe import AnyRecipe, Between, KeptLatent

_SMALLEST_SINE = 1e-6  # below it an arc is a straight line to float32, or the ends are opposite and there is none


def latent_of(recipe: AnyRecipe, latent_dim: int) -> NDArray[np.float32]:
    """Return the latent of a recipe: float32 [latent_dim]."""
    if isinstance(recipe, Between):
        start, end = latent_of(recipe.start, latent_dim), latent_of(recipe.end, latent_dim)
        return slerp(start, end, recipe.position)
    if isinstance(recipe, KeptLatent):
        return np.array(recipe.latent, np.float32)
    return latent_of_seed(recipe.seed, latent_dim, recipe.truncation)


def mix_of(recipe: AnyRecipe, classes: Sequence[str]) -> NDArray[np.float32]:
    """Return how much of each class a recipe takes: float32 [C], one-hot but between two diagnoses; the sum is one."""
    if isinstance(recipe, Between):
        mix = (1 - recipe.position) * mix_of(recipe.start, classes) + recipe.position * mix_of(recipe.end, classes)
        return np.asarray(mix, np.float32)
    one_hot = np.zeros(len(classes), np.float32)
    one_hot[classes.index(recipe.diagnosis)] = 1
    return one_hot


def slerp(start: NDArray[np.float32], end: NDArray[np.float32], position: float) -> NDArray[np.float32]:
    """Return the point at `position` of 0..1 on the arc between two vectors, float32 [D] (Shoemake 1985).

    Standard normal vectors lie near a sphere; a straight line would leave it, and the arc does not. At 0 and 1 the
    ends come back to the bit. Sums are exactly rounded, so that they do not depend on the machine.
    """
    a, b = start.astype(np.float64), end.astype(np.float64)
    lengths = math.sqrt(math.fsum(a * a)) * math.sqrt(math.fsum(b * b))
    cosine = math.fsum(a * b) / lengths if lengths else 1.0
    angle = math.acos(max(-1.0, min(1.0, cosine)))
    if math.sin(angle) < _SMALLEST_SINE:
        left, right = 1 - position, position
    else:
        left = math.sin((1 - position) * angle) / math.sin(angle)
        right = math.sin(position * angle) / math.sin(angle)
    if position in (0, 1):
        left, right = 1.0 - position, float(position)
    return (left * a + right * b).astype(np.float32)
