"""Features kept small: along the axes on which training images vary most, a byte for each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionlab.inference.array_file import Arrays
from lesionlab.metrics.space import Features

LEVELS = 127  # to either side: an image's features take a byte each


@dataclass(frozen=True)
class Axes:
    """The axes along which some features vary most, and the steps that they are kept in along these."""

    mean: NDArray[np.float32]  # [D]
    axes: NDArray[np.float32]  # [D, d], of a length that makes the features' mean square one
    steps: NDArray[np.float32]  # [d], what kept features are whole multiples of, -127 to 127

    def project(self, features: Features) -> Features:
        """Return features float32 [n, D] along the axes: float32 [n, d]."""
        return np.asarray((features - self.mean) @ self.axes, np.float32)

    def rounded(self, features: Features) -> Features:
        """Return features float32 [n, D] along the axes as they come back when kept: float32 [n, d]."""
        return self.restored(self.bytes_of(self.project(features)))

    def bytes_of(self, along: Features) -> NDArray[np.int8]:
        """Return features [n, d] along the axes, as `project` gives them, as what is kept of them: int8 [n, d]."""
        return np.asarray(np.rint(along / self.steps), np.int8)

    def restored(self, kept: NDArray[np.int8]) -> Features:
        """Return what was kept as features float32 [n, d]."""
        return np.asarray(kept * self.steps, np.float32)

    def arrays(self, number: int = 0) -> dict[str, NDArray[np.float32]]:
        """Return mean, axes and steps by the names that a file has for them; `number` tells several apart."""
        return {f"mean_{number}": self.mean, f"axes_{number}": self.axes, f"steps_{number}": self.steps}


def axes_of(features: Features, count: int) -> Axes:
    """Return the `count` axes along which features float32 [m, D] vary most, or all where there are fewer."""
    mean = features.mean(axis=0, dtype=np.float64)
    values, vectors = np.linalg.eigh(np.cov((features - mean).T))
    return axes_along(features, mean, vectors[:, ::-1][:, :count] / np.sqrt(values.sum()))


def axes_along(features: Features, mean: NDArray[np.float64], axes: NDArray[np.float64]) -> Axes:
    """Return given axes [D, d] about a mean [D], with steps that reach to the outermost of features float32 [m, D]."""
    middle, directions = mean.astype(np.float32), axes.astype(np.float32)
    reach = np.abs((features - middle) @ directions).max(axis=0)
    return Axes(middle, directions, np.maximum(reach / np.float32(LEVELS), np.finfo(np.float32).tiny))


def read_axes(arrays: Arrays, number: int = 0) -> Axes:
    """Return what `Axes.arrays` gave.

    Raises:
        KeyError: the file has no such arrays.
    """
    return Axes(arrays[f"mean_{number}"], arrays[f"axes_{number}"], arrays[f"steps_{number}"])
