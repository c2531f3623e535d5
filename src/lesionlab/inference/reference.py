"""`reference.npz`: the training images of a generator as compact features, to find copies of them; no pickle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import ModelError
from lesionlab.inference.array_file import ArrayFile, Arrays
from lesionlab.inference.compact_features import Axes, read_axes
from lesionlab.metrics.authenticity import Training
from lesionlab.records.card import ModelCard
from lesionlab.records.feature_space import FeatureSpace
from lesionlab.records.seen_groups import SeenGroups, seen_groups

REFERENCE_NAME = "reference.npz"
VERSION = 1
REFERENCE_FILE = ArrayFile(
    REFERENCE_NAME,
    "its images cannot be compared with its training",
    "Make it with `lesionlab gan reference`.",
)


@dataclass(frozen=True)
class Facts:
    """What a reference is of, and its limits: a ratio below one counts as a copy.

    A space that sees the images in two ways stands there twice.
    """

    groups_sha256: str  # of the generator's groups.csv, whose training images come in that order
    spaces: tuple[FeatureSpace, ...]
    levelled: tuple[bool, ...]  # whether a space sees the images with their colours levelled
    limits: tuple[float, ...]  # in each space alone
    limit: float  # of the geometric mean of the ratios in all spaces
    false_alarms: float  # the share of held-out real images below a limit
    split_sha256: str  # of the split whose part the limits were chosen on
    part: str
    version: int = VERSION

    @property
    def key(self) -> str:
        """Name the spaces as metric keys do."""
        return " & ".join(dict.fromkeys(space.key for space in self.spaces))


@dataclass(frozen=True)
class SpaceReference(Axes):
    """The training images in one space: the axes along which they vary most, and each image along these."""

    training: Training  # features float32 [m, d]
    levelled: bool  # whether it sees the images with their colours levelled


@dataclass(frozen=True)
class Reference:
    """All that tells a copy from a lesion of its own; `held_out` are the real images that the limits were found on."""

    facts: Facts
    spaces: tuple[SpaceReference, ...]
    labels: NDArray[np.int8]  # [m], of the training images, by the card's classes
    held_out: SeenGroups


def write_reference(folder: Path, reference: Reference) -> Path:
    """Write `reference.npz` into an export folder, whole or not at all."""
    arrays: dict[str, NDArray[np.generic]] = {
        "groups": reference.spaces[0].training.groups.astype(np.int32),
        "labels": reference.labels,
        "held_out": np.array([(row.group, row.image_id) for row in reference.held_out.rows]),
    }
    for number, space in enumerate(reference.spaces):
        arrays |= space.arrays(number)
        arrays[f"features_{number}"] = space.bytes_of(space.training.features)
        arrays[f"spreads_{number}"] = space.training.spreads
    return REFERENCE_FILE.write(folder, reference.facts, arrays)


def read_reference(folder: Path, card: ModelCard) -> Reference:
    """Read `reference.npz` of a generator's export.

    Raises:
        ModelError: there is none, it is damaged, of another version, or of another generator's training images.
    """
    reference = REFERENCE_FILE.read(folder, Facts, _reference)
    facts = reference.facts
    if facts.version != VERSION or facts.groups_sha256 != card.groups_sha256:
        raise ModelError(
            f"{folder / REFERENCE_NAME} is of version {facts.version} and training images {facts.groups_sha256[:12]}; "
            f"this LesionLab reads version {VERSION}, and {card.name} saw {card.groups_sha256[:12]}.",
            REFERENCE_FILE.cure,
        )
    return reference


def _reference(facts: Facts, arrays: Arrays) -> Reference:
    spaces = tuple(_space(arrays, *each) for each in enumerate(facts.levelled))
    held_out = seen_groups(validation=[(str(group), str(image)) for group, image in arrays["held_out"]])
    return Reference(facts, spaces, arrays["labels"], held_out)


def _space(arrays: Arrays, number: int, levelled: bool) -> SpaceReference:
    axes = read_axes(arrays, number)
    features = axes.restored(arrays[f"features_{number}"])
    training = Training(features, arrays["groups"], arrays[f"spreads_{number}"])
    return SpaceReference(axes.mean, axes.axes, axes.steps, training, levelled)
