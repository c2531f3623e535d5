"""Is a synthetic image a lesion of its own, or a copy of one that its generator learned from?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import ModelError
from lesionlab.core.progress import Progress, silent
from lesionlab.inference.levelled import levelled
from lesionlab.inference.orientations import ORIENTATIONS, oriented
from lesionlab.inference.reference import REFERENCE_FILE, SpaceReference, read_reference
from lesionlab.metrics.authenticity import Authenticity, authenticity
from lesionlab.metrics.space import Extractor, Features
from lesionlab.records.card import read_card
from lesionlab.records.feature_space import FeatureSpace

BATCH = 256

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Compared:
    """Images beside the training image that each comes nearest to, in the space in which it comes nearest."""

    ratios: NDArray[np.float64]  # [n], the geometric mean over the spaces: 0 for a copy, about 1 for its own lesion
    by_space: NDArray[np.float64]  # [spaces, n]
    nearest: NDArray[np.intp]  # [n], among the training images in the order of groups.csv
    orientations: NDArray[np.intp]  # [n], how the image was turned for that


class Novelty:
    """The reference of a generator, with the extractors that it was made with, in any order.

    Raises:
        ModelError: the export has no reference that fits it, or an extractor of it is not among these.
    """

    def __init__(self, generator_folder: Path, extractors: Sequence[Extractor]) -> None:
        self.reference = read_reference(generator_folder, read_card(generator_folder))
        self._extractors = matching(self.reference.facts.spaces, extractors)

    @property
    def limit(self) -> float:
        """The ratio below which an image counts as a copy."""
        return self.reference.facts.limit

    def ratios(self, images: Pixels) -> NDArray[np.float64]:
        """Return the authenticity ratio of images uint8 [n, S, S, 3]: float64 [n], the least of all orientations."""
        return self.compare(images).ratios

    def withheld(self, images: Pixels) -> NDArray[np.bool_]:
        """Return which of the images uint8 [n, S, S, 3] count as copies: bool [n]."""
        return self.ratios(images) < self.limit

    def compare(self, images: Pixels) -> Compared:
        """Return ratios, and the training image that each of the images uint8 [n, S, S, 3] comes nearest to."""
        return self.compare_views(self.views(images))

    def compare_views(self, views: Sequence[Features]) -> Compared:
        """Compare images as `views` gives them."""
        return compare(views, self.reference.spaces)

    def views(self, images: Pixels, progress: Progress = silent) -> list[Features]:
        """Return what each space of the reference sees of images uint8 [n, S, S, 3]; see `views`."""
        return views(images, self._extractors, self.reference.spaces, progress)


def views(
    images: Pixels, extractors: Sequence[Extractor], spaces: Sequence[SpaceReference], progress: Progress = silent
) -> list[Features]:
    """Return images uint8 [n, S, S, 3] in all orientations, along the axes of each space: float32 [8, n, d]."""
    return [_views(images, *pair, progress) for pair in zip(extractors, spaces, strict=True)]


def compare(views: Sequence[Features], spaces: Sequence[SpaceReference]) -> Compared:
    """Compare images with the training images, from their `views`."""
    found = [authenticity(each, space.training) for each, space in zip(views, spaces, strict=True)]
    by_space = np.stack([each.ratios for each in found])
    closest = by_space.argmin(axis=0)
    return Compared(combined(by_space), by_space, _at(found, "nearest", closest), _at(found, "orientations", closest))


def combined(by_space: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the geometric mean over spaces [spaces, n]: chance makes an image near in one, a copy is near in all."""
    return np.asarray(np.prod(by_space, axis=0) ** (1 / len(by_space)), np.float64)


def _views(images: Pixels, extractor: Extractor, space: SpaceReference, progress: Progress) -> Features:
    seen = np.empty((ORIENTATIONS, len(images), space.axes.shape[1]), np.float32)
    for start in range(0, len(images), BATCH):
        some = images[start : start + BATCH]
        some = levelled(some) if space.levelled else some
        for orientation in range(ORIENTATIONS):
            features = extractor.features(oriented(some, orientation))
            seen[orientation, start : start + BATCH] = space.project(features)
        progress(start + len(some), len(images))
    return seen


def _at(found: Sequence[Authenticity], name: str, closest: NDArray[np.intp]) -> NDArray[np.intp]:
    return np.asarray(np.stack([getattr(each, name) for each in found])[closest, np.arange(len(closest))], np.intp)


def matching(spaces: Sequence[FeatureSpace], extractors: Sequence[Extractor]) -> list[Extractor]:
    """Return the extractor of each space.

    Raises:
        ModelError: one of them is not there.
    """
    at_hand = {extractor.space.key: extractor for extractor in extractors}
    missing = [space.key for space in spaces if space.key not in at_hand]
    if missing:
        there = ", ".join(at_hand) or "none"
        raise ModelError(
            f"The reference was made with {missing[0]}; the extractors at hand are {there}.", REFERENCE_FILE.cure
        )
    return [at_hand[space.key] for space in spaces]
