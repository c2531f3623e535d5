"""The lists of images of each scene, fold by fold: equal in number and in classes, some with images that must not be.

These are plain lists on purpose. A training arm could not hold them: the leak guard would refuse it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import StudyError
from lesionlab.core.seeds import derive_seed
from lesionlab.data.folds import fold_split, make_folds
from lesionlab.data.holding_out import added_images
from lesionlab.data.prepared import Part, PreparedData
from lesionlab.data.test_part import open_test_part
from lesionlab.study.subsets import subset_groups
from lesionlab.study.theatre.plan import StagedPlan


@dataclass(frozen=True, eq=False)
class Listed:
    """Images uint8 [n, S, S, 3] with ids, lesions and labels int64 [n]; `planted` of them must not be there."""

    ids: tuple[str, ...]
    lesions: tuple[str, ...]
    labels: NDArray[np.int64]
    images: NDArray[np.uint8]
    planted: int = 0

    @property
    def sha256(self) -> str:
        """The hash of the ids in their order."""
        return hashlib.sha256("\n".join(self.ids).encode()).hexdigest()

    def with_planted(self, others: Listed) -> Listed:
        """Return as many images of each class, with as many of `others` in the place of own ones as there are."""
        kept: list[int] = []
        planted: list[int] = []
        for label in np.unique(self.labels):
            own, strange = _drawn(self, int(label)), _drawn(others, int(label))
            number = min(len(own), len(strange))
            kept += own[number:]
            planted += strange[:number]
        own_part, strange_part = self._at(kept), others._at(planted)
        return Listed(
            own_part.ids + strange_part.ids,
            own_part.lesions + strange_part.lesions,
            np.concatenate((own_part.labels, strange_part.labels)),
            np.concatenate((own_part.images, strange_part.images)),
            len(planted),
        )

    def first_of_each(self, number: int) -> tuple[Listed, Listed]:
        """Return the first so many images of each class, and the others."""
        mine: list[int] = []
        for label in np.unique(self.labels):
            mine += np.flatnonzero(self.labels == label)[:number].tolist()
        rest = sorted(set(range(len(self.labels))) - set(mine))
        return self._at(sorted(mine)), self._at(rest)

    def _at(self, places: list[int]) -> Listed:
        ids, lesions = tuple(self.ids[i] for i in places), tuple(self.lesions[i] for i in places)
        return Listed(ids, lesions, self.labels[places], self.images[places])


@dataclass(frozen=True, eq=False)
class FoldLists:
    """What a fold has: the classifier's own images, those tested, their siblings, and those that it is denied."""

    own: Listed
    tested: Listed
    siblings: Listed  # other pictures of tested lesions, not tested
    denied: Listed
    data: PreparedData  # under the split of the fold


def lists_of(data: PreparedData, plan: StagedPlan, fold: int, ledger: Path, purpose: str) -> FoldLists:
    """Return the lists of a fold; its test part opens with a line in the ledger.

    Of each tested lesion half of the images, at least one, are tested; the others are what a split by image would have
    left in training.

    Raises:
        StudyError: a class has no image that could be withheld.
    """
    added = added_images(data)
    folds = make_folds(data.split, plan.folds, plan.fold_seed, added)
    whole = data.under(fold_split(data.split, folds, fold, added), f"of fold {fold}")
    part, size = whole.part("train"), plan.image_size_px
    groups = subset_groups(part, round(plan.share * len(part.labels)), plan.fold_seed)
    denied = part.of_groups(frozenset(part.groups) - groups)
    if set(denied.labels.tolist()) != set(range(len(part.classes))):
        raise StudyError(
            f"At {plan.share:.0%} of the real images fold {fold} withholds none of some class.",
            "Give a smaller --share, or data with more lesions.",
        )
    opened = open_test_part(whole, ledger, purpose)
    tested, siblings = _halves(opened)
    return FoldLists(
        _listed(part.of_groups(groups), size),
        _listed(opened, size, tested),
        _listed(opened, size, siblings),
        _listed(denied, size),
        whole,
    )


def _halves(part: Part) -> tuple[list[int], list[int]]:
    of_group: defaultdict[str, list[int]] = defaultdict(list)
    for place, group in enumerate(part.groups):
        of_group[group].append(place)
    tested: list[int] = []
    for places in of_group.values():
        places.sort(key=lambda place: _luck(part.image_ids[place]))
        tested += places[: -(-len(places) // 2)]
    return sorted(tested), sorted(set(range(len(part.labels))) - set(tested))


def _listed(part: Part, size_px: int, places: Sequence[int] | None = None) -> Listed:
    chosen = list(range(len(part.labels)) if places is None else places)
    return Listed(
        tuple(part.image_ids[i] for i in chosen),
        tuple(part.lesions[i] for i in chosen),
        part.labels[chosen],
        part.data.take_pixels(size_px, part.indices[chosen]),
    )


def _drawn(images: Listed, label: int) -> list[int]:
    return sorted(np.flatnonzero(images.labels == label).tolist(), key=lambda place: _luck(images.ids[place]))


def _luck(image_id: str) -> int:
    return derive_seed("staged", image_id)
