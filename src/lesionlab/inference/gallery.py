"""Images of the first seeds of some diagnoses: what a picture is held against, pixel by pixel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.imaging import Pixels
from lesionlab.core.progress import Progress, silent
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sampler import BATCH_SIZE, Sampler


class SeedGallery:
    """Images of seeds 0, 1, ... of each diagnosis, uint8 [n, S, S, 3], and their recipes in the same order.

    Raises:
        InputError: a diagnosis that the generator does not know.
    """

    def __init__(self, sampler: Sampler, diagnoses: Sequence[str], seeds: int, progress: Progress = silent) -> None:
        self.recipes = tuple(Recipe(seed, code) for code in diagnoses for seed in range(seeds))
        size = sampler.card.image.size_px
        self.images: Pixels = np.empty((len(self.recipes), size, size, 3), np.uint8)
        for start in range(0, len(self.recipes), BATCH_SIZE):
            batch = self.recipes[start : start + BATCH_SIZE]
            self.images[start : start + len(batch)] = sampler.sample(batch)
            progress(start + len(batch), len(self.recipes))
        self.mean: NDArray[np.float64] = self.images.mean(axis=0, dtype=np.float64)

    def errors(self, pixels: Pixels) -> NDArray[np.float64]:
        """Return the distance of each image from `pixels`, uint8 [S, S, 3]: float64 [n]; see `rms`."""
        return np.array([rms(image, pixels) for image in self.images])

    def nearest(self, pixels: Pixels, of_each: int) -> list[Recipe]:
        """Return the recipes of the nearest images, at most `of_each` of each diagnosis, nearest first."""
        chosen: list[Recipe] = []
        taken: dict[str, int] = {}
        for place in np.argsort(self.errors(pixels), kind="stable").tolist():
            recipe = self.recipes[place]
            taken[recipe.diagnosis] = taken.get(recipe.diagnosis, 0) + 1
            if taken[recipe.diagnosis] <= of_each:
                chosen.append(recipe)
        return chosen


def rms(image: NDArray[np.uint8] | NDArray[np.float64], pixels: Pixels) -> float:
    """Return the root mean square difference of two images [S, S, 3] of 0..255 as a share of white, 0..1."""
    gap = image.astype(np.float64) - pixels
    return float(np.sqrt(np.mean(gap * gap))) / 255
