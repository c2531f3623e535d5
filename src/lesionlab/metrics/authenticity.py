"""Copies: is a synthetic image nearer to a training image than another lesion would be (after Alaa 2022, section 3)?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import InputError
from lesionlab.metrics.classification import area_under_roc
from lesionlab.metrics.neighbours import Groups, nearest
from lesionlab.metrics.space import Features, check_finite, check_sets

FALSE_ALARMS = 0.01


@dataclass(frozen=True)
class Training:
    """The images a generator was trained on, and how far another lesion's nearest image lies from each."""

    features: Features  # [m, d], each image as it is
    groups: Groups  # [m], lesion groups
    spreads: NDArray[np.float64]  # [m]


@dataclass(frozen=True)
class Authenticity:
    """How authentic each image is: 0 for a copy, about 1 for a lesion of its own."""

    ratios: NDArray[np.float64]  # [n]
    nearest: NDArray[np.intp]  # [n], the training image that it comes nearest to
    orientations: NDArray[np.intp]  # [n], in which of the given orientations


def training_of(features: Features, groups: Groups) -> Training:
    """Work out the distances between lesions once for a training part: float32 [m, d], integer groups [m].

    Raises:
        InputError: all images are of one lesion group, or features and groups do not match.
    """
    if features.ndim != 2 or groups.shape != features.shape[:1]:
        raise InputError(
            f"Features of shape {list(features.shape)} do not match {groups.size:,} lesion groups.",
            "Give features [m, d] and one group for each image.",
        )
    check_finite(features)
    return Training(features, groups, nearest(features, features, 1, (groups, groups)).distances[:, 0])


def authenticity(images: Features, training: Training) -> Authenticity:
    """Return d(image, nearest training image) / d(that image, its nearest of another lesion), the least of all views.

    `images` are float32 [orientations, n, d]: the features of each image turned and mirrored in the eight ways.

    Raises:
        InputError: features of another shape or width, or not finite.
    """
    if images.ndim != 3 or not len(images):
        raise InputError(f"Features of shape {list(images.shape)} name no orientations.", "Give [orientations, n, d].")
    check_sets(training.features, images.reshape(-1, images.shape[-1]), 1)
    found = [nearest(view, training.features, 1) for view in images]
    indices = np.stack([each.indices[:, 0] for each in found])
    distances = np.stack([each.distances[:, 0] for each in found])
    spreads = training.spreads[indices]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(distances > 0, distances / spreads, 0.0)
    orientations = ratios.argmin(axis=0)
    image = np.arange(images.shape[1])
    return Authenticity(ratios[orientations, image], indices[orientations, image], orientations)


def copy_limit(held_out: NDArray[np.float64], false_alarms: float = FALSE_ALARMS) -> float:
    """Return the ratio below which an image counts as a copy, from real images that the generator never saw [n].

    At most this share of them, pooled over classes, lies below it; of fewer than 1 / `false_alarms`, none.

    Raises:
        InputError: no ratio, or a share outside [0, 1).
    """
    if not held_out.size or not 0 <= false_alarms < 1:
        raise InputError(
            f"No limit with {false_alarms:.0%} false alarms can be found from {held_out.size} images.",
            "Give held-out images, 100 at least for 1%, and a share from 0 to below 1.",
        )
    return float(np.sort(held_out)[int(false_alarms * len(held_out))])


def membership_auc(members: Features, others: Features, synthetic: Features) -> float:
    """Return how well the distance to the nearest synthetic image tells training images from held-out ones.

    It is the probability that a member lies nearer than another image does: .5 if the generator gives nothing away.
    Members [n, d] and others [m, d] should have one class mix; `synthetic` are [k, d], best in all orientations.

    Raises:
        InputError: an empty set, different widths, or values not finite.
    """
    check_sets(synthetic, members, 1)
    check_sets(synthetic, others, 1)
    near, far = (-nearest(real, synthetic, 1).distances[:, 0] for real in (members, others))
    return area_under_roc(near, far)
