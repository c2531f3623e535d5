"""From records to the comparisons that a verdict is made of: lesion by lesion, every fold tested once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

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

    def lesions(self, folds: Sequence[int]) -> Lesions:
        """Return the lesions that these folds test."""
        names: list[str] = []
        labels: list[int] = []
        of_fold: list[int] = []
        for fold in folds:
            diagnoses = {row.lesion: row.diagnosis for row in self._rows("test", fold)}
            names += diagnoses
            labels += [self.classes.index(diagnosis) for diagnosis in diagnoses.values()]
            of_fold += [fold] * len(diagnoses)
        return Lesions(tuple(names), np.array(labels, np.int64), np.array(of_fold, np.int64))

    def said(self, arm: str, share: float, fold: int, seed: int) -> Said:
        """Return what a training says of the lesions that its fold tests, by the mean over the images of each.

        Raises:
            StudyError: it is missing.
        """
        known = self._known
        if (arm, share, fold, seed) not in known:
            there = self._of_arm.get((arm, share), {})
            if (fold, seed) not in there:
                raise StudyError(
                    f"'{arm}', fold {fold}, seed {seed} has not been trained.", "Run it: `lesionlab study run`."
                )
            rows = self._rows("test", fold)
            known[arm, share, fold, seed] = self._by_lesion(there[fold, seed].of_part("test"), rows)
        return known[arm, share, fold, seed]

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
        rows = self._rows("validation", fold)
        return float(np.mean([self._accuracy(each.of_part("validation"), rows) for each in mine]))

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
    def _known(self) -> dict[tuple[str, float, int, int], Said]:
        return {}

    @cached_property
    def _parts(self) -> dict[tuple[str, int], tuple[StudyImage, ...]]:
        return {}

    def _rows(self, part: str, fold: int) -> tuple[StudyImage, ...]:
        if (part, fold) not in self._parts:
            self._parts[part, fold] = self.images.of_part(part, fold)
        return self._parts[part, fold]

    def _accuracy(self, probabilities: NDArray[np.float64], rows: Sequence[StudyImage]) -> float:
        said = self._by_lesion(probabilities, rows)
        return balanced_accuracy(confusion_matrix(said.truth, said.probabilities.argmax(axis=1), len(self.classes)))

    def _by_lesion(self, probabilities: NDArray[np.float64], rows: Sequence[StudyImage]) -> Said:
        labels = np.array([self.classes.index(row.diagnosis) for row in rows], np.int64)
        return Said(*mean_by_lesion(probabilities, labels, [row.lesion for row in rows]))
