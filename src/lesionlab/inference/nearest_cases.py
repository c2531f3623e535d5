"""The training cases that a classifier holds nearest to a picture: a reason by example, not a proof."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import InputError, ModelError
from lesionlab.inference.classifier_reference import CASES_FILE, read_classifier_reference
from lesionlab.records.card import read_card
from lesionlab.records.seen_groups import read_seen_groups

SHOWN = 5


@dataclass(frozen=True)
class Case:
    """A training image near to a picture; a distance of 1 is the spread of all training images about their mean."""

    image_id: str
    diagnosis: str
    lesion_group: str
    source: str
    distance: float


class NearestCases:
    """The training images of a classifier's export, to be compared with the features that its predictions carry.

    Raises:
        ModelError: the export has no reference that fits it.
    """

    def __init__(self, folder: Path) -> None:
        self.card = read_card(folder)
        self._reference = read_classifier_reference(folder, self.card)
        self._rows = [row for row in read_seen_groups(folder, self.card).rows if row.use == "train"]
        if len(self._rows) != len(self._reference.labels):
            raise ModelError(
                f"The reference in {folder} holds {len(self._reference.labels):,} images, its groups.csv names "
                f"{len(self._rows):,} for training.",
                CASES_FILE.cure,
            )

    def nearest(self, features: NDArray[np.float32], count: int = SHOWN) -> list[Case]:
        """Return the nearest cases to a prediction's features float32 [F], nearest first, one of each lesion.

        Raises:
            InputError: features of another width.
        """
        reference = self._reference
        if features.shape != reference.axes.mean.shape:
            raise InputError(
                f"Features of shape {list(features.shape)} are not of this classifier, which has "
                f"{len(reference.axes.mean)}.",
                "Give the features of its own prediction.",
            )
        along = reference.axes.project(features[None])
        distances = np.sqrt(np.square(reference.features - along).sum(axis=1))
        found: dict[str, Case] = {}
        for row in np.argsort(distances, kind="stable").tolist():
            if len(found) == count:
                break
            found.setdefault(self._rows[row].group, self._case(row, float(distances[row])))
        return list(found.values())

    def _case(self, row: int, distance: float) -> Case:
        reference, seen = self._reference, self._rows[row]
        diagnosis = self.card.classes[int(reference.labels[row])]
        source = reference.facts.sources[int(reference.sources[row])]
        return Case(seen.image_id, diagnosis, seen.group, source, distance)
