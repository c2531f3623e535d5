"""From records to the comparisons that a verdict is made of: lesion by lesion, every fold tested once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import StudyError
from lesionlab.metrics.classification import balanced_accuracy, confusion_matrix
from lesionlab.metrics.contrast import Contrast, contrast
from lesionlab.records.study_images import PartLesions, StudyImages
from lesionlab.records.study_strata import StudyStrata
from lesionlab.records.tested import Tested


@dataclass(frozen=True)
class Lesions:
    """The lesions that some folds test, in one order: names, labels int64 [L], folds int64 [L]."""

    names: tuple[str, ...]
    labels: NDArray[np.int64]
    folds: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Said:
    """What a training says of each lesion that it was tested on: probabilities float64 [L, C], the truth int64 [L]."""

    probabilities: NDArray[np.float64]
    truth: NDArray[np.int64]

    @property
    def hits(self) -> NDArray[np.float64]:
        """Whether the likeliest class is the true one: float64 [L] of 0 and 1."""
        return np.asarray(self.probabilities.argmax(axis=1) == self.truth, np.float64)


@dataclass(frozen=True)
class Grid:
    """Folds and seeds of which every one of some arms has every training."""

    folds: tuple[int, ...]
    seeds: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Findings:
    """The records of a study at hand, with the images that they are of."""

    images: StudyImages
    classes: tuple[str, ...]
    tested: tuple[Tested, ...]
    strata: StudyStrata | None = None

    def grid(self, arms: Sequence[str], share: float) -> Grid:
        """Return the folds and seeds that all of these arms have, as many trainings of each as can be.

        An arm that has one seed in every fold and a second one in some is looked at in every fold, with one seed.
        """
        there = set.intersection(*(set(self._of_arm.get((arm, share), {})) for arm in arms))
        folds_of = {seed: {fold for fold, other in there if other == seed} for _, seed in there}
        seeds = sorted(folds_of, key=lambda seed: (-len(folds_of[seed]), seed))
        best = Grid((), ())
        for number in range(1, len(seeds) + 1):
            folds = set.intersection(*(folds_of[seed] for seed in seeds[:number]))
            chosen = Grid(tuple(sorted(folds)), tuple(sorted(seeds[:number])))
            if len(chosen.folds) * len(chosen.seeds) > len(best.folds) * len(best.seeds):
                best = chosen
        return best

    def with_records(self, tested: Iterable[Tested]) -> Findings:
        """Return the findings of some of these records, or of such under other names; what is known of them stays."""
        found = replace(self, tested=tuple(tested))
        keys = [id(each.probabilities) for each in found.tested]
        found._known.update({key: self._known[key] for key in keys if key in self._known})
        return found

    def lesions(self, folds: Sequence[int]) -> Lesions:
        """Return the lesions that these folds test."""
        parts = [self.images.lesions_of("test", fold) for fold in folds]
        of_fold = [np.full(len(part.names), fold, np.int64) for part, fold in zip(parts, folds, strict=True)]
        return Lesions(
            names=tuple(name for part in parts for name in part.names),
            labels=np.concatenate([self._labels(part) for part in parts] or [np.zeros(0, np.int64)]),
            folds=np.concatenate(of_fold or [np.zeros(0, np.int64)]),
        )

    def said(self, arm: str, share: float, fold: int, seed: int) -> Said:
        """Return what a training says of the lesions that its fold tests, by the mean over the images of each.

        Raises:
            StudyError: it is missing.
        """
        mine = self._of_arm.get((arm, share), {}).get((fold, seed))
        if mine is None:
            raise StudyError(
                f"'{arm}', fold {fold}, seed {seed} has not been trained.", "Run it: `lesionlab study run`."
            )
        if id(mine.probabilities) not in self._known:
            self._known[id(mine.probabilities)] = self._by_lesion(mine, "test")
        return self._known[id(mine.probabilities)]

    def right(self, arm: str, share: float, folds: Sequence[int], seeds: Sequence[int]) -> NDArray[np.float64]:
        """Return for each lesion of these folds the share of seeds with which an arm is right about it: float64 [L].

        Raises:
            StudyError: a training is missing.
        """
        columns = [np.mean([self.said(arm, share, fold, seed).hits for seed in seeds], axis=0) for fold in folds]
        return np.concatenate(columns) if columns else np.zeros(0)

    def validated(self, arm: str, share: float, fold: int) -> float:
        """Return the balanced accuracy of an arm on the lesions that a fold chooses on, as a mean over its seeds.

        Raises:
            StudyError: the fold has no training of this arm.
        """
        mine = [each for (its, _), each in self._of_arm.get((arm, share), {}).items() if its == fold]
        if not mine:
            raise StudyError(f"'{arm}' has no training in fold {fold}.", "Run it first: `lesionlab study run`.")
        return float(np.mean([self._accuracy(self._by_lesion(each, "validation")) for each in mine]))

    def compare(
        self, arm: str, other: str, share: float, only: str | None = None, grid: Grid | None = None
    ) -> Contrast:
        """Return the contrast of two arms, of balanced accuracy or of the recall of one diagnosis.

        It is over the folds and seeds of a grid, or of all that both arms have.

        Raises:
            StudyError: they have none in common.
        """
        over = self.grid((arm, other), share) if grid is None else grid
        if not over.folds:
            raise StudyError(
                f"'{arm}' and '{other}' have no fold and seed in common at {100 * share:g}% of the real images.",
                "Run what is missing: `lesionlab study status` lists it.",
            )
        lesions = self.lesions(over.folds)
        label = None if only is None else self.classes.index(only)
        return contrast(self.gain(arm, other, share, over), lesions.labels, lesions.folds, label)

    def gain(self, arm: str, other: str, share: float, over: Grid) -> NDArray[np.float64]:
        """Return for each lesion how much oftener one arm is right about it than the other: float64 [L].

        Raises:
            StudyError: a training is missing.
        """
        mine, others = (self.right(each, share, over.folds, over.seeds) for each in (arm, other))
        return mine - others

    @cached_property
    def _of_arm(self) -> dict[tuple[str, float], dict[tuple[int, int], Tested]]:
        found: dict[tuple[str, float], dict[tuple[int, int], Tested]] = {}
        for each in self.tested:
            record = each.record
            found.setdefault((record.arm, record.share), {})[record.fold, record.seed] = each
        return found

    @cached_property
    def _known(self) -> dict[int, Said]:
        """What was worked out, by the probabilities that it was worked out of: those of `tested`, which keeps them."""
        return {}

    def _labels(self, part: PartLesions) -> NDArray[np.int64]:
        kinds = np.array([self.classes.index(diagnosis) for diagnosis in part.diagnoses], np.int64)
        return kinds[part.of_lesion]

    def _accuracy(self, said: Said) -> float:
        return balanced_accuracy(confusion_matrix(said.truth, said.probabilities.argmax(axis=1), len(self.classes)))

    def _by_lesion(self, tested: Tested, part: str) -> Said:
        lesions, given = self.images.lesions_of(part, tested.record.fold), tested.of_part(part)
        sums = np.stack([np.bincount(lesions.of_image, column) for column in given.T], axis=1)
        return Said(sums / np.bincount(lesions.of_image)[:, None], self._labels(lesions))
