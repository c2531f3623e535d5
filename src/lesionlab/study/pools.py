"""The synthetic images of a study: a pool for each fold and share, made by what saw exactly its real images.

What was begun goes on where it was stopped. One process at a time works on a pool; another is told so.
"""

from __future__ import annotations

from lesionlab.core.errors import StudyError
from lesionlab.data.synthetic_set import SyntheticSet
from lesionlab.records.options import ClassifierOptions
from lesionlab.study.claims import claim
from lesionlab.study.fold_data import FoldData
from lesionlab.study.frozen import FrozenStudy
from lesionlab.study.generators import Generators
from lesionlab.study.sources import Drawing, Source
from lesionlab.study.worlds import WORLD, WorldSampler


class BusyError(StudyError):
    """Another process makes what is needed here: there may be other work meanwhile."""


class Pools:
    """Make, or find, the synthetic images of each fold and share."""

    def __init__(self, study: FrozenStudy, folds: FoldData, threads: int, drawing: Drawing) -> None:
        self.study, self.folds = study, folds
        self.source: Source = (
            WorldSampler(study.protocol, drawing)
            if WORLD in study.protocol.generator
            else Generators(study, threads, drawing)
        )

    def pool(self, fold: int, share: float, judge: ClassifierOptions | None = None) -> SyntheticSet:
        """Return the synthetic images of a fold and share, as they come, or those that a `judge` agrees with.

        The judge is a classifier with these options, trained on the fold's and share's real images.

        Raises:
            BusyError: another process is making them.
            RunError: the generator's or the judge's losses are no numbers any more.
        """
        place = f"{100 * share:g}pct-fold{fold}"
        folder = self.study.path / "pools" / f"{'raw' if judge is None else 'filtered'}-{place}"
        with claim(self.study.path, folder.name) as held:
            if not held:
                raise BusyError(f"Another process is making {folder.name}.", "Wait for it, or do other trainings.")
            return self.source.fill(folder, self.folds.shared(fold, share), place, judge)
