"""Copies: which of a generator's images lie nearer to a training image than one of another lesion would.

Field notes 3.13 ask for two spaces. Chance brings an image near to some training image in one of them; a copy is near
in both: so what is judged is the geometric mean of the two ratios, and one limit on it keeps the false alarms at 1%,
which two limits that must both be undercut would not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from lesionlab.data.prepared import Part
from lesionlab.metrics.authenticity import FALSE_ALARMS, authenticity, copy_limit, training_of
from lesionlab.metrics.space import Features
from lesionlab.training.gan_monitor_images import Extractor

Pixels = NDArray[np.uint8]


class CopyDetector:
    """The training images of a generator in each space, and the limit below which an image counts as a copy of one.

    One in a hundred `held_out` images [8, n, d], in all orientations and in each space, lies below the limit.
    """

    def __init__(self, training: Part, image_size_px: int, spaces: Sequence[Extractor], held_out: Sequence[Features]):
        images = training.images(image_size_px)
        _, groups = np.unique(np.array(training.groups), return_inverse=True)
        self._training = [training_of(space.features(images), groups) for space in spaces]
        self.limit = copy_limit(self.ratios(held_out), FALSE_ALARMS)

    def ratios(self, views: Sequence[Features]) -> NDArray[np.float64]:
        """Return the geometric mean over the spaces of the authenticity ratios: float64 [n], 0 for a copy."""
        found = [authenticity(seen, training).ratios for seen, training in zip(views, self._training, strict=True)]
        return np.asarray(np.prod(found, axis=0) ** (1 / len(found)), np.float64)

    def share(self, views: Sequence[Features]) -> float:
        """Return the share of images that count as copies, from their features in all orientations."""
        return float(np.mean(self.ratios(views) < self.limit))


def views_of(images: Pixels, spaces: Sequence[Extractor]) -> list[Features]:
    """Return the features of images uint8 [n, S, S, 3], turned and mirrored in the eight ways, in each space."""
    return [np.stack([space.features(view) for view in _orientations(images)]) for space in spaces]


def _orientations(images: Pixels) -> Iterator[Pixels]:
    for side in (images, images[:, :, ::-1]):
        yield from (np.ascontiguousarray(np.rot90(side, quarters, axes=(1, 2))) for quarters in range(4))
