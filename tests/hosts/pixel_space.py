"""A feature space without a network: the mean colours of the image's squares."""

from __future__ import annotations

import numpy as np

from lesionlab.records.feature_space import FeatureSpace


class PixelSpace:
    """Mean colours of `side` x `side` squares of the image, as they are or as their roots."""

    def __init__(self, size_px: int, side: int = 4, power: float = 1.0) -> None:
        self.space = FeatureSpace(f"squares-{side}", f"{power}".ljust(64, "0"), 3 * side**2, size_px)
        self._side, self._power = side, power

    def features(self, images: np.ndarray) -> np.ndarray:
        step = images.shape[1] // self._side
        squares = images.reshape(len(images), self._side, step, self._side, step, 3).mean(axis=(2, 4)) / 255
        return (squares.reshape(len(images), -1) ** self._power).astype(np.float32)
