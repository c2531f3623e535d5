"""What each leak buys: its scene against the honest one on the same lesions, from the records alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import StudyError
from lesionlab.metrics.contrast import Contrast, contrast
from lesionlab.study.theatre.plan import LEAKS, Scene, StagedPlan
from lesionlab.study.theatre.record import StagedRecord


@dataclass(frozen=True)
class Gain:
    """Balanced accuracy of lesions in a scene, and what it has beyond the honest one; `planted` on average a fold."""

    scene: Scene
    accuracy: float
    gain: Contrast
    planted: float
    images: float  # real training images, on average a fold
    lesions: int
    folds: int
    seeds: int


@dataclass(frozen=True, eq=False)
class _Played:
    right: NDArray[np.float64]  # [L], the share of seeds that are right about a lesion
    labels: NDArray[np.int64]
    folds: NDArray[np.int64]

    @property
    def accuracy(self) -> float:
        return float(np.mean([self.right[self.labels == label].mean() for label in np.unique(self.labels)]))


def gains_of(plan: StagedPlan, records: tuple[StagedRecord, ...]) -> tuple[float, tuple[Gain, ...]]:
    """Return the honest balanced accuracy, and what each leak buys, over the folds in which all was played.

    Raises:
        StudyError: in no fold all was played, or two scenes tested other lesions.
    """
    of = {(each.scene, each.fold, each.seed): each for each in records}
    scenes: tuple[Scene, ...] = ("honest", *LEAKS)
    folds = [
        fold for fold in range(plan.folds) if all((scene, fold, seed) in of for scene in scenes for seed in plan.seeds)
    ]
    if not folds:
        raise StudyError("In no fold every scene has been played.", "Run `lesionlab study theatre` again: it goes on.")
    played = {
        scene: _played(plan, [[of[scene, fold, seed] for seed in plan.seeds] for fold in folds]) for scene in scenes
    }
    honest = played["honest"]
    found = []
    for scene in LEAKS:
        here = played[scene]
        if not (np.array_equal(here.labels, honest.labels) and np.array_equal(here.folds, honest.folds)):
            raise StudyError(
                f"The scene '{scene}' was tested on other lesions.", "Remove its records: it is played again."
            )
        mine = [of[scene, fold, seed] for fold in folds for seed in plan.seeds]
        gain = contrast(here.right - honest.right, honest.labels, honest.folds)
        planted, images = (
            float(np.mean([getattr(each, name) for each in mine])) for name in ("planted", "real_images")
        )
        lesions = len(honest.labels)
        found.append(Gain(scene, here.accuracy, gain, planted, images, lesions, len(folds), len(plan.seeds)))
    return honest.accuracy, tuple(found)


def _played(plan: StagedPlan, by_fold: list[list[StagedRecord]]) -> _Played:
    right, labels, folds = [], [], []
    for records in by_fold:
        codes = records[0].diagnoses.split()
        right.append(np.mean([[float(each) for each in record.right] for record in records], axis=0))
        labels.append(np.array([plan.classes.index(code) for code in codes], np.int64))
        folds.append(np.full(len(codes), records[0].fold, np.int64))
    return _Played(np.concatenate(right), np.concatenate(labels), np.concatenate(folds))
