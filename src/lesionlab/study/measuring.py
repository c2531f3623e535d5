"""Measure images against the validation part, as every run of a study is measured: same n, class mix and spaces.

The spaces are those for choosing, VGG-19 of random weights (Naeem et al. 2020): a study is what recipes are chosen by.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from lesionlab.core.progress import Progress, silent
from lesionlab.core.seeds import derive_seed
from lesionlab.data.prepared import Part
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sampler import Sampler
from lesionlab.metrics.grid_index import grid_index
from lesionlab.metrics.kid import kid
from lesionlab.metrics.prdc import prdc
from lesionlab.models.random_vgg import RandomVgg
from lesionlab.records.study import Measured

Pixels = NDArray[np.uint8]
Labels = NDArray[np.int64]

SPACE_SEEDS = (0, 1, 2)
BLURS_PX = (1, 2, 4)
LEAST = 2  # images of a class, for KID
GRID_FROM_PX = 32  # smaller images have no grid index


class Measurer:
    """The validation part in each feature space, to hold images of its class mix against."""

    def __init__(self, part: Part, image_size_px: int) -> None:
        self.part, self.size = part, image_size_px
        self.pixels = part.images(image_size_px)
        self.spaces = [RandomVgg(seed, image_size_px) for seed in SPACE_SEEDS]
        self.real = [space.features(self.pixels) for space in self.spaces]

    @property
    def counts(self) -> list[int]:
        """The images of each class."""
        counts: list[int] = np.bincount(self.part.labels, minlength=len(self.part.classes)).tolist()
        return counts

    def measure(self, images: Pixels, labels: Labels, progress: Progress = silent, ruler: str = "") -> list[Measured]:
        """Return KID by class and in all, precision, recall, density, coverage and grid index of images [n, S, S, 3].

        They must be as many of each class as the part has.
        """
        assert np.bincount(labels, minlength=len(self.part.classes)).tolist() == self.counts
        found: list[Measured] = []
        n = len(images)
        for number, (space, real) in enumerate(zip(self.spaces, self.real, strict=True)):
            fake, key = space.features(images), space.space.key
            by_class = {
                code: kid(real[self.part.labels == label], fake[labels == label])
                for label, (code, count) in enumerate(zip(self.part.classes, self.counts, strict=True))
                if count >= LEAST
            }
            shares = prdc(real, fake)
            values = {
                "kid_macro": float(np.mean(list(by_class.values()))),
                "kid": kid(real, fake),
                **{f"kid_{code}": value for code, value in by_class.items()},
                "precision": shares.precision,
                "recall": shares.recall,
                "density": shares.density,
                "coverage": shares.coverage,
            }
            found += [Measured(name, value, self._n(name, n), space=key, ruler=ruler) for name, value in values.items()]
            progress(number + 1, len(self.spaces))
        if self.size >= GRID_FROM_PX:
            found.append(Measured("grid_index", grid_index(images), n, ruler=ruler))
        return found

    def _n(self, name: str, n: int) -> int:
        code = name.removeprefix("kid_")
        return self.counts[self.part.classes.index(code)] if code in self.part.classes else n

    def rulers(self, training: Part, seed: int) -> list[Measured]:
        """Return the same figures of images that are real: others, drawn from training, and the part's own blurred."""
        chosen = drawn(training, self.counts, seed)
        others = training.images(self.size)[chosen]
        found = self.measure(others, training.labels[chosen], ruler="real images")
        for radius in BLURS_PX:
            found += self.measure(blurred(self.pixels, radius), self.part.labels, ruler=f"blur {radius} px")
        return [*found, *self._melanoma_against_keratosis()]

    def _melanoma_against_keratosis(self) -> list[Measured]:
        """Return KID between the two classes that a careless eye confuses, where the part has both."""
        if not {"mel", "bkl"} <= set(self.part.classes):
            return []
        rows = [np.flatnonzero(self.part.labels == self.part.classes.index(code)) for code in ("mel", "bkl")]
        n = min(map(len, rows))
        return [
            Measured("kid_macro", kid(*(real[r[:n]] for r in rows)), n, space=space.space.key, ruler="mel against bkl")
            for space, real in zip(self.spaces, self.real, strict=True)
            if n >= LEAST
        ]


def blurred(images: Pixels, radius_px: float) -> Pixels:
    """Return images uint8 [n, S, S, 3] behind a Gaussian of this standard deviation in pixels."""
    soft = ImageFilter.GaussianBlur(radius_px)
    return np.stack([np.asarray(Image.fromarray(image).filter(soft)) for image in images])


def drawn(part: Part, counts: list[int], seed: int) -> NDArray[np.int64]:
    """Return places of images of a part, `counts` of each class, drawn by a seed; with repeats where it has too few."""
    random = np.random.Generator(np.random.Philox(key=derive_seed("rulers", seed)))
    rows = [np.flatnonzero(part.labels == label) for label in range(len(counts))]
    taken = [random.choice(r, count, replace=count > len(r)) for r, count in zip(rows, counts, strict=True)]
    return np.concatenate(taken).astype(np.int64)


def sampled(sampler: Sampler, counts: list[int], first_seed: int, progress: Progress = silent) -> tuple[Pixels, Labels]:
    """Return synthetic images, `counts` of each class, image i of a class from seed `first_seed` + i, and labels."""
    asked = [
        Recipe(first_seed + i, code)
        for code, count in zip(sampler.card.classes, counts, strict=True)
        for i in range(count)
    ]
    images = []
    for start in range(0, len(asked), 256):
        images.append(sampler.sample(asked[start : start + 256]))
        progress(min(start + 256, len(asked)), len(asked))
    return np.concatenate(images), np.repeat(np.arange(len(counts)), counts)
