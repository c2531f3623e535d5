"""What features were measured with: a figure without its feature space and its n says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import InputError
from lesionlab.records.feature_space import FeatureSpace

Features = NDArray[np.float32]


class Extractor(Protocol):
    """What turns images into features of one space."""

    @property
    def space(self) -> FeatureSpace:
        """The space, named by the hash of its weights."""

    def features(self, images: NDArray[np.uint8]) -> Features:
        """Return features float32 [n, d] of images uint8 [n, S, S, 3]."""


@dataclass(frozen=True)
class Embedded:
    """Images as seen in one feature space: float32 [n, dims].

    Raises:
        InputError: the features do not have the space's dimensions, or are not all finite.
    """

    space: FeatureSpace
    features: Features

    def __post_init__(self) -> None:
        if self.features.ndim != 2 or self.features.shape[1] != self.space.dims:
            raise InputError(
                f"Features of shape {list(self.features.shape)} are not of {self.space.key}, which has "
                f"{self.space.dims} dimensions.",
                "Make them again with the extractor of that space.",
            )
        check_finite(self.features)


def check_comparable(real: Embedded, fake: Embedded) -> None:
    """Refuse to compare features of two spaces, or sets of different size: every metric here depends on both.

    Raises:
        InputError: another network, another input size, or another n.
    """
    if real.space != fake.space:
        raise InputError(
            f"Features of {real.space.key} cannot be compared with features of {fake.space.key}.",
            "Extract both sets with one feature extractor.",
        )
    if len(real.features) != len(fake.features):
        raise InputError(
            f"{len(real.features):,} images cannot be compared with {len(fake.features):,}: the metrics depend on n.",
            "Take the same number of images from both.",
        )


def check_sets(real: Features, fake: Features, least: int) -> None:
    """Refuse features that no metric can be worked out from.

    Raises:
        InputError: other than two dimensions, different widths, fewer than `least` images, or values not finite.
    """
    for features in (real, fake):
        if features.ndim != 2 or features.shape[1] == 0 or features.shape[1] != real.shape[-1]:
            raise InputError(
                f"Features of shapes {list(real.shape)} and {list(fake.shape)} cannot be compared.",
                "Give two arrays [n, d] made by one feature extractor.",
            )
        if len(features) < least:
            raise InputError(f"{len(features)} images are too few for this metric.", f"Give at least {least}.")
        check_finite(features)


def check_finite(features: Features) -> None:
    """Refuse infinite values and NaN.

    Raises:
        InputError: there are some.
    """
    finite = np.isfinite(features)
    if not finite.all():
        rows = np.count_nonzero(~finite.all(axis=tuple(range(1, features.ndim))))
        raise InputError(
            f"The features of {rows:,} of {len(features):,} images are not finite.",
            "Look at these images and at the feature extractor's weights.",
        )
