"""Copies: which of a generator's images lie nearer to a training image than one of another lesion would.

The rule is that of `inference.novelty`, on whole features: what an export carries is made small and finds fewer.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lesionlab.data.prepared import Part
from lesionlab.inference.novelty import combined
from lesionlab.inference.orientations import ORIENTATIONS, oriented
from lesionlab.metrics.authenticity import authenticity, copy_limit, training_of
from lesionlab.metrics.space import Extractor, Features

Pixels = NDArray[np.uint8]


class CopyDetector:
    """The training images of a generator in each space, and the limit below which an image counts as a copy of one.

    One in a hundred `held_out` images [8, n, d], in all orientations and in each space, lies below the limit.
    """

    def __init__(self, training: Part, image_size_px: int, spaces: Sequence[Extractor], held_out: Sequence[Features]):
        images = training.images(image_size_px)
        _, groups = np.unique(np.array(training.groups), return_inverse=True)
        self._training = [training_of(space.features(images), groups) for space in spaces]
        self.limit = copy_limit(self.ratios(held_out))

    def ratios(self, views: Sequence[Features]) -> NDArray[np.float64]:
        """Return the geometric mean over the spaces of the authenticity ratios: float64 [n], 0 for a copy."""
        found = [authenticity(seen, training).ratios for seen, training in zip(views, self._training, strict=True)]
        return combined(np.stack(found))

    def share(self, views: Sequence[Features]) -> float:
        """Return the share of images that count as copies, from their features in all orientations."""
        return float(np.mean(self.ratios(views) < self.limit))


def views_of(images: Pixels, spaces: Sequence[Extractor]) -> list[Features]:
    """Return the features of images uint8 [n, S, S, 3] in all orientations, in each space: float32 [8, n, d]."""
    turned = [oriented(images, orientation) for orientation in range(ORIENTATIONS)]
    return [np.stack([space.features(view) for view in turned]) for space in spaces]
