"""The scope of a classifier: what was found of its training images, and how unlike them a picture may be."""

from __future__ import annotations

from dataclasses import dataclass

from lesionlab.core.picture_statistics import STATISTICS_VERSION

SCOPE_NAME = "scope.npz"  # in an export folder


@dataclass(frozen=True)
class QualityLimits:
    """Below or above these a picture gets words of its own; all but one training image in a hundred lie within."""

    least_sharpness: float
    least_brightness: float
    most_brightness: float
    most_clipped: float
    most_black_border: float
    least_spot: float  # the share of the picture that the lesion takes


@dataclass(frozen=True)
class ScopeFacts:
    """The distance to the nearest training image beyond which a picture is out of scope, and how it was found.

    Each training image was compared with those of other lesions: no more than `false_refusals` of the images of any
    diagnosis lie beyond the limit.
    """

    groups_sha256: str  # of the classifier's groups.csv: the training images
    split_sha256: str
    limit: float
    false_refusals: float
    refused: dict[str, float]  # diagnosis -> share of its training images beyond the limit
    images: dict[str, int]  # diagnosis -> training images
    quality: QualityLimits
    statistics_version: int = STATISTICS_VERSION
