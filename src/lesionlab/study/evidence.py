"""From records to the comparisons that a verdict is made of: lesion by lesion, every fold tested once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import StudyError
from lesionlab.metrics.classification import balanced_accuracy, confusion_matrix, mean_by_lesion
from lesionlab.metrics.contrast import Contrast, contrast
from lesionlab.records.study_images import StudyImage, StudyImages
from lesionlab.records.tested import Tested


@dataclass(frozen=True)
class Lesions:
    """The lesions that some folds test, in one order: names, labels int64 [L], folds int64 [L]."""

    names: tuple[str, ...]
    labels: NDArray[np.int64]
    folds: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Findings:
    """The records of a study at hand, with the images that they are of."""

    images: StudyImages
    classes: tuple[str, ...]
    tested: tuple[Tested, ...]

    def folds_of(self, arm: str, share: float) -> tuple[int, ...]:
        """Return the folds in which an arm has all of its seeds that any fold has."""
        seeds = self.seeds_of(arm, share)
        there = {(each.record.fold, each.record.seed) for each in self._of(arm, share)}
        return tuple(sorted({fold for fold, _ in there if all((fold, seed) in there for seed in seeds)}))

    def seeds_of(self, arm: str, share: float) -> tuple[int, ...]:
        """Return the classifier seeds that an arm was trained with."""
        return tuple(sorted({each.record.seed for each in self._of(arm, share)}))

    def lesions(self, folds: Sequence[int]) -> Lesions:
        """Return the lesions that these folds test."""
        names: list[str] = []
        labels: list[int] = []
        of_fold: list[int] = []
        for fold in folds:
            first = {row.lesion: row for row in reversed(self.images.of_part("test", fold))}
            for name in dict.fromkeys(row.lesion for row in self.images.of_part("test", fold)):
                names.append(name)
                labels.append(self.classes.index(first[name].diagnosis))
                of_fold.append(fold)
        return Lesions(tuple(names), np.array(labels, np.int64), np.array(of_fold, np.int64))

    def right(self, arm: str, share: float, folds: Sequence[int], seeds: Sequence[int]) -> NDArray[np.float64]:
        """Return for each lesion of these folds the share of seeds with which an arm is right about it: float64 [L].

        Raises:
            StudyError: a training is missing.
        """
        columns = []
        for fold in folds:
            rows = self.images.of_part("test", fold)
            columns.append(np.mean([self._hits(self._one(arm, share, fold, seed), rows) for seed in seeds], axis=0))
        return np.concatenate(columns) if columns else np.zeros(0)

    def validated(self, arm: str, share: float, fold: int) -> float:
        """Return the balanced accuracy of an arm on the lesions that a fold chooses on, as a mean over its seeds.

        Raises:
            StudyError: the fold has no training of this arm.
        """
        mine = [each for each in self._of(arm, share) if each.record.fold == fold]
        if not mine:
            raise StudyError(f"'{arm}' has no training in fold {fold}.", "Run it first: `lesionlab study run`.")
        rows = self.images.of_part("validation", fold)
        return float(np.mean([self._accuracy(each.of_part("validation"), rows) for each in mine]))

    def compare(self, arm: str, other: str, share: float, only: str | None = None) -> Contrast:
        """Return the contrast of two arms over the folds and seeds that both have; `only` of one diagnosis.

        Raises:
            StudyError: they have none in common.
        """
        folds = [fold for fold in self.folds_of(arm, share) if fold in self.folds_of(other, share)]
        seeds = [seed for seed in self.seeds_of(arm, share) if seed in self.seeds_of(other, share)]
        if not folds or not seeds:
            raise StudyError(
                f"'{arm}' and '{other}' have no fold and seed in common at {share:.0%} of the real images.",
                "Run what is missing: `lesionlab study status` lists it.",
            )
        lesions = self.lesions(folds)
        gain = self.right(arm, share, folds, seeds) - self.right(other, share, folds, seeds)
        return contrast(gain, lesions.labels, lesions.folds, None if only is None else self.classes.index(only))

    def _of(self, arm: str, share: float) -> list[Tested]:
        return [each for each in self.tested if (each.record.arm, each.record.share) == (arm, share)]

    def _one(self, arm: str, share: float, fold: int, seed: int) -> Tested:
        for each in self._of(arm, share):
            if (each.record.fold, each.record.seed) == (fold, seed):
                return each
        raise StudyError(f"'{arm}', fold {fold}, seed {seed} has not been trained.", "Run `lesionlab study run`.")

    def _hits(self, tested: Tested, rows: Sequence[StudyImage]) -> NDArray[np.float64]:
        """Return whether a training is right about each lesion, by the mean over its images: float64 [L] of 0 and 1."""
        probabilities, truth = self._by_lesion(tested.of_part("test"), rows)
        return np.asarray(probabilities.argmax(axis=1) == truth, np.float64)

    def _accuracy(self, probabilities: NDArray[np.float64], rows: Sequence[StudyImage]) -> float:
        decided, truth = self._by_lesion(probabilities, rows)
        return balanced_accuracy(confusion_matrix(truth, decided.argmax(axis=1), len(self.classes)))

    def _by_lesion(
        self, probabilities: NDArray[np.float64], rows: Sequence[StudyImage]
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        labels = np.array([self.classes.index(row.diagnosis) for row in rows], np.int64)
        return mean_by_lesion(probabilities, labels, [row.lesion for row in rows])
