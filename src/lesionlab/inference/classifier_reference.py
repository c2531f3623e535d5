"""`reference.npz` of a classifier: its training images as compact features, to find the cases nearest to a picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import ModelError
from lesionlab.inference.array_file import ArrayFile, Arrays
from lesionlab.inference.compact_features import Axes, read_axes
from lesionlab.inference.reference import REFERENCE_NAME
from lesionlab.metrics.space import Features
from lesionlab.records.card import ModelCard

VERSION = 1
CASES_FILE = ArrayFile(
    REFERENCE_NAME,
    "the cases nearest to a picture are unknown",
    "Make it with `lesionlab classifier reference`.",
)


@dataclass(frozen=True)
class CasesFacts:
    """What a reference is of: the images are those that groups.csv names for training, in its order."""

    weights_sha256: str  # of the classifier, whose features these are
    groups_sha256: str
    sources: tuple[str, ...]  # names of the data sets that the images come from
    version: int = VERSION


@dataclass(frozen=True)
class ClassifierReference:
    """The training images of a classifier along the axes on which its features vary most."""

    facts: CasesFacts
    axes: Axes
    features: Features  # [m, d], rounded as they are kept
    labels: NDArray[np.int8]  # [m], by the card's classes
    sources: NDArray[np.int8]  # [m], places in `facts.sources`


def write_classifier_reference(folder: Path, reference: ClassifierReference) -> Path:
    """Write `reference.npz` into a classifier's export folder, whole or not at all."""
    arrays = {
        "features": reference.axes.bytes_of(reference.features),
        "labels": reference.labels,
        "sources": reference.sources,
    }
    return CASES_FILE.write(folder, reference.facts, {**arrays, **reference.axes.arrays()})


def read_classifier_reference(folder: Path, card: ModelCard) -> ClassifierReference:
    """Read `reference.npz` of a classifier's export.

    Raises:
        ModelError: there is none, it is damaged, of another version, or of another classifier.
    """
    found = CASES_FILE.read(folder, CasesFacts, _reference)
    facts = found.facts
    if (facts.version, facts.weights_sha256, facts.groups_sha256) != (VERSION, card.weights_sha256, card.groups_sha256):
        raise ModelError(
            f"{folder / REFERENCE_NAME} is of version {facts.version} and the classifier {facts.weights_sha256[:12]}; "
            f"this LesionLab reads version {VERSION}, and {card.name} is {card.weights_sha256[:12]}.",
            CASES_FILE.cure,
        )
    return found


def _reference(facts: CasesFacts, arrays: Arrays) -> ClassifierReference:
    axes = read_axes(arrays)
    return ClassifierReference(facts, axes, axes.restored(arrays["features"]), arrays["labels"], arrays["sources"])
