"""A filter of synthetic images whose score anyone can work out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lesionlab.records.sampling import FilterName, FilterUse
from lesionlab.records.synthetic import Choice, Saw


@dataclass
class Brightness:
    """The score is the mean of an image as a share of white."""

    limit: float
    name: FilterName = "agreement"
    saw: tuple[Saw, ...] = ()
    choices: tuple[Choice, ...] = ()
    seen: list[int] = field(default_factory=list)  # how many images came at once

    @property
    def use(self) -> FilterUse:
        return FilterUse(self.name, "brightness", self.limit)

    def scores(self, images: NDArray[np.uint8], diagnoses: Sequence[str]) -> NDArray[np.float64]:
        self.seen.append(len(images))
        return brightness(images)


def brightness(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the mean of each image, uint8 [n, S, S, 3], as a share of white: float64 [n]."""
    return images.mean(axis=(1, 2, 3)) / 255
