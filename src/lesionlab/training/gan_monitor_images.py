"""A look at a generator's images in training: KID to the validation part and the diversity within each class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from lesionlab.core.errors import DataError
from lesionlab.core.seeds import derive_seed, latents
from lesionlab.metrics.kid import kid
from lesionlab.metrics.space import Extractor, Features
from lesionlab.metrics.spoilt import blurred
from lesionlab.models.dcgan import Generator
from lesionlab.models.random_vgg import RandomVgg
from lesionlab.records.monitor import Ruler

SPACE_SEEDS = (0, 1, 2)  # random weights, so that no space has seen a lesion (Naeem et al. 2020)
FIRST_SEED = 1_000_000  # of the images looked at: none that a sheet shows
FEWEST = 2  # images of a class, below which it has neither a KID nor a distance
BLUR_PX = 2.0
BATCH = 64

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Labelled:
    """Images uint8 [n, S, S, 3] and their labels int64 [n]."""

    images: Pixels
    labels: NDArray[np.int64]


@dataclass(frozen=True)
class Look:
    """What a generator's images showed: KID, mean over the classes and feature spaces, and for each class the mean
    distance between two of its images as a share of the real ones'."""

    kid: float
    diversity: dict[str, float]


def random_spaces(image_size_px: int, device: torch.device) -> tuple[Extractor, ...]:
    """Return the feature spaces in which training chooses: VGG-19 with random weights, three times."""
    return tuple(RandomVgg(seed, image_size_px, device) for seed in SPACE_SEEDS)


def comparable(validation: NDArray[np.int64], training: NDArray[np.int64], classes: int, count: int) -> dict[int, int]:
    """Return how many images of each class to compare, by label: `count` / classes, or what both parts have of it.

    A class with fewer than two in one of the parts is left out.

    Raises:
        DataError: no class is left.
    """
    fewer = np.minimum(np.bincount(validation, minlength=classes), np.bincount(training, minlength=classes))
    sizes = np.minimum(fewer, max(FEWEST, count // classes)).tolist()
    chosen = {label: size for label, size in enumerate(sizes) if size >= FEWEST}
    if not chosen:
        raise DataError(
            f"No class has {FEWEST} images in the validation part (it has {len(validation):,} in all): there is "
            "nothing to measure KID against.",
            "Prepare a larger validation part, or train without KID: --set kid_kimg=0.",
        )
    return chosen


class Yardstick:
    """Real images of the validation part, in feature spaces that no lesion has shaped.

    Of each class up to `count` / classes images are taken, by a seed of their own, so that every run on a split is
    measured against the same ones; a generator then makes as many.

    Raises:
        DataError: see `comparable`.
    """

    def __init__(
        self,
        validation: Labelled,
        training: Labelled,
        classes: tuple[str, ...],
        count: int,
        extractors: Sequence[Extractor],
    ) -> None:
        sizes = comparable(validation.labels, training.labels, len(classes), count)
        self._classes, self._extractors, self._sizes = classes, extractors, sizes
        self._rows = _slices(list(sizes.values()))
        self._real = validation.images[_of_classes(validation.labels, sizes)]
        self._other = training.images[_of_classes(training.labels, sizes)]
        self._features = self._seen(self._real)
        self._spread = [[spread(seen[rows]) for rows in self._rows] for seen in self._features]

    def ruler(self) -> Ruler:
        """Return what the yardstick is made of, and what it says of other real images and of blurred ones."""
        return Ruler(
            spaces=tuple(extractor.space.key for extractor in self._extractors),
            images_per_class=dict(zip(self._names, self._sizes.values(), strict=True)),
            real=self._kid(self._seen(self._other)),
            blurred=self._kid(self._seen(blurred(self._real, BLUR_PX))),
            blur_px=BLUR_PX,
        )

    def look(self, generator: Generator) -> Look:
        """Measure a generator's images, those of the same seeds at each look."""
        labels = np.repeat(list(self._sizes), list(self._sizes.values()))
        seen = self._seen(images_of(generator, labels, len(self._classes)))
        shares = [
            [spread(features[rows]) / real for rows, real in zip(self._rows, reals, strict=True)]
            for features, reals in zip(seen, self._spread, strict=True)
        ]
        means = np.mean(shares, axis=0)
        return Look(self._kid(seen), dict(zip(self._names, map(float, means), strict=True)))

    @property
    def _names(self) -> list[str]:
        return [self._classes[label] for label in self._sizes]

    def _seen(self, images: Pixels) -> list[Features]:
        return [extractor.features(images) for extractor in self._extractors]

    def _kid(self, seen: list[Features]) -> float:
        pairs = zip(self._features, seen, strict=True)
        return float(np.mean([kid(real[rows], fake[rows]) for real, fake in pairs for rows in self._rows]))


def spread(features: Features) -> float:
    """Return the mean distance between two of these features [n, d]."""
    exact = features.astype(np.float64)
    squares = np.einsum("ij,ij->i", exact, exact)
    between = squares[:, None] + squares - 2 * exact @ exact.T
    above = between[np.triu_indices(len(features), 1)]
    return float(np.sqrt(np.maximum(above, 0)).mean())


@torch.no_grad()
def images_of(generator: Generator, labels: NDArray[np.int64], classes: int) -> Pixels:
    """Return an image for each label, of seeds in a row: uint8 [n, S, S, 3]."""
    device = next(generator.parameters()).device
    mix = torch.eye(classes, device=device)[torch.from_numpy(labels).to(device)]
    latent = torch.from_numpy(latents(range(FIRST_SEED, FIRST_SEED + len(labels)), generator.latent_dim)).to(device)
    made = [generator(*each) for each in zip(torch.split(latent, BATCH), torch.split(mix, BATCH), strict=True)]
    pixels = ((torch.cat(made).clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
    return np.ascontiguousarray(pixels.permute(0, 2, 3, 1).cpu().numpy())


def _of_classes(labels: NDArray[np.int64], sizes: Mapping[int, int]) -> NDArray[np.int64]:
    """Return so many rows of each class, drawn by a seed that is no run's."""
    drawn = []
    for label, size in sizes.items():
        random = np.random.default_rng(derive_seed("monitor", label))
        drawn.append(random.permutation(np.flatnonzero(labels == label))[:size])
    return np.concatenate(drawn)


def _slices(sizes: Sequence[int]) -> list[slice]:
    ends = np.cumsum(sizes).tolist()
    return [slice(end - size, end) for end, size in zip(ends, sizes, strict=True)]
