"""Synthetic images to measure, made as `gan sample` makes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.progress import Progress, silent
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sampler import Sampler

BATCH = 256


def labels_of(counts: Sequence[int]) -> NDArray[np.int64]:
    """Return the labels of `counts` images of each class, class after class: int64 [n]."""
    return np.repeat(np.arange(len(counts)), counts).astype(np.int64)


def sampled(sampler: Sampler, counts: Sequence[int], first_seed: int, progress: Progress = silent) -> NDArray[np.uint8]:
    """Return `counts` images of each class, uint8 [n, S, S, 3]; image i of a class is of seed `first_seed` + i."""
    pairs = zip(sampler.card.classes, counts, strict=True)
    recipes = [Recipe(first_seed + i, code) for code, count in pairs for i in range(count)]
    size = sampler.card.image.size_px
    images = np.empty((len(recipes), size, size, 3), np.uint8)
    for start in range(0, len(recipes), BATCH):
        images[start : start + BATCH] = sampler.sample(recipes[start : start + BATCH])
        progress(min(start + BATCH, len(recipes)), len(recipes))
    return images
