"""Who sees what: the lists and the synthetic images of each scene, and the test with synthetic images in it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from lesionlab.core.seeds import derive_seed
from lesionlab.study.theatre.lists import FoldLists, Listed
from lesionlab.study.theatre.makers import Maker
from lesionlab.study.theatre.plan import Scene, StagedPlan

TRAINED: tuple[Scene, ...] = ("honest", "by-image", "saw-test", "withheld")  # `mixed` is the honest one, tested anew


@dataclass(frozen=True, eq=False)
class Cast:
    """Of each scene the classifier's real images, those that the generator saw, and what that made; and `mixed`."""

    real: dict[Scene, Listed]
    seen: dict[Scene, Listed]
    made: dict[Scene, Listed]
    mixed: Listed


def cast_of(lists: FoldLists, maker: Maker, plan: StagedPlan, fold: int) -> Cast:
    """Return the cast of a fold. One generator serves the honest scene, the split by image and the mixed test."""
    own = lists.own
    real = dict.fromkeys(TRAINED, own) | {"by-image": own.with_planted(lists.siblings)}
    seen = dict.fromkeys(TRAINED, own)
    seen |= {"saw-test": own.with_planted(lists.tested), "withheld": own.with_planted(lists.denied)}
    replaced = _replaced(lists.tested, plan.mixed_share)
    most = max(map(len, replaced.values()))
    honest = maker(own, lists.data, f"honest-fold{fold}", plan.made_images + most)
    shown, kept = honest.first_of_each(plan.made_images)
    made = dict.fromkeys(TRAINED, shown)
    for scene in ("saw-test", "withheld"):
        made[scene] = maker(seen[scene], lists.data, f"{scene}-fold{fold}", plan.made_images)
    return Cast(real, seen, made, _mixed(lists.tested, replaced, kept))


def _replaced(tested: Listed, share: float) -> dict[int, list[str]]:
    """Return of each class the tested lesions whose place a synthetic image takes."""
    of_class: defaultdict[int, list[str]] = defaultdict(list)
    for lesion, label in dict(zip(tested.lesions, tested.labels.tolist(), strict=True)).items():
        of_class[label].append(lesion)
    chosen = {}
    for label, lesions in of_class.items():
        lesions.sort(key=lambda lesion: derive_seed("staged mixing", lesion))
        chosen[label] = lesions[: round(share * len(lesions))]
    return chosen


def _mixed(tested: Listed, replaced: dict[int, list[str]], kept: Listed) -> Listed:
    """Return the test images with synthetic ones in the places of some lesions, each lesion where it was."""
    place_of = {
        lesion: int(np.flatnonzero(kept.labels == label)[number])
        for label, lesions in replaced.items()
        for number, lesion in enumerate(lesions)
    }
    ids: list[str] = []
    lesions: list[str] = []
    labels: list[int] = []
    images = []
    for number, lesion in enumerate(tested.lesions):
        other = place_of.get(lesion)
        if other is not None and lesion in lesions:
            continue  # one image stands for the whole lesion
        ids.append(tested.ids[number] if other is None else kept.ids[other])
        lesions.append(lesion)
        labels.append(int(tested.labels[number]))
        images.append(tested.images[number] if other is None else kept.images[other])
    return Listed(tuple(ids), tuple(lesions), np.array(labels, np.int64), np.stack(images), len(place_of))
