"""The synthetic images of a study: a generator for each fold and share, trained on exactly its real images, and a pool.

What was begun goes on where it was stopped. One process at a time works on a generator or pool; another is told so.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from lesionlab.core.errors import StudyError
from lesionlab.core.progress import Progress
from lesionlab.data.prepared import PreparedData
from lesionlab.data.synthetic_set import SyntheticSet
from lesionlab.inference.filters import Agreement, Filter
from lesionlab.inference.predictor import Predictor
from lesionlab.inference.sample_folder import begin, plan_for, sample_into
from lesionlab.inference.sampler import Sampler
from lesionlab.records.codec import from_plain
from lesionlab.records.options import ClassifierOptions, GanOptions
from lesionlab.records.run import OPTIONS_NAME, RunFolder
from lesionlab.study.claims import claim
from lesionlab.study.fold_data import FoldData
from lesionlab.study.frozen import FrozenStudy
from lesionlab.training.classifier_run import continue_classifier, start_classifier
from lesionlab.training.gan_run import continue_gan, start_gan

Drawing = Callable[[str, str], AbstractContextManager[Progress]]  # a description and a unit
FIRST_SEED = 2_000_000  # of a pool: none that the monitor chose by
GENERATOR_SEED = 0


class BusyError(StudyError):
    """Another process makes what is needed here: there may be other work meanwhile."""


class Pools:
    """Make, or find, the synthetic images of each fold and share."""

    def __init__(self, study: FrozenStudy, folds: FoldData, threads: int, drawing: Drawing) -> None:
        self.study, self.folds, self.threads, self.drawing = study, folds, threads, drawing

    def pool(self, fold: int, share: float, judge: ClassifierOptions | None = None) -> SyntheticSet:
        """Return the synthetic images of a fold and share, as they come, or those that a `judge` agrees with.

        The judge is a classifier with these options, trained on the very real images that the generator saw; its limit
        comes from the fold's validation part.

        Raises:
            BusyError: another process is making them.
            RunError: the generator's or the judge's losses are no numbers any more.
        """
        place = f"{100 * share:g}pct-fold{fold}"
        folder = self.study.path / "pools" / f"{'raw' if judge is None else 'filtered'}-{place}"
        with claim(self.study.path, folder.name) as held:
            if not held:
                raise BusyError(f"Another process is making {folder.name}.", "Wait for it, or do other trainings.")
            data = self.folds.shared(fold, share)
            export = self._generator(data, place)
            filters = [] if judge is None else [self._filter(data, place, judge)]
            self._sample(folder, export, filters)
        return SyntheticSet.open(folder, [export])

    def _generator(self, data: PreparedData, place: str) -> Path:
        plain = {**self.study.protocol.generator, "seed": GENERATOR_SEED, "threads": self.threads}
        options = from_plain(GanOptions, plain, "the protocol's generator", StudyError)
        parent = self.study.path / "generators" / place
        run = _begun(parent) or start_gan(options, data, self._command, parent)
        if not run.done:
            with self.drawing(f"Generator {place}", "kimg") as progress:
                continue_gan(run, data, progress)
        return run.export

    def _filter(self, data: PreparedData, place: str, judge: ClassifierOptions) -> Filter:
        parent = self.study.path / "judges" / place
        run = _begun(parent) or start_classifier(judge, data, self._command, parent)
        if not run.done:
            with self.drawing(f"Filter's classifier {place}", "kimg") as progress:
                continue_classifier(run, data, progress)
        return Agreement.from_validation(Predictor(run.export, threads=self.threads), data.part("validation"))

    def _sample(self, folder: Path, export: Path, filters: list[Filter]) -> None:
        sampler = Sampler(export, threads=self.threads)
        counts = dict.fromkeys(sampler.card.classes, self.study.protocol.pool_images)
        plan = plan_for(sampler, counts, FIRST_SEED, filters=filters)
        if not begin(folder, plan):
            with self.drawing(f"Pool {folder.name}", "images") as progress:
                sample_into(folder, sampler, plan, filters, progress=progress)

    @property
    def _command(self) -> str:
        return f"lesionlab study run {self.study.path.name}"


def _begun(parent: Path) -> RunFolder | None:
    there = sorted(path.parent for path in parent.glob(f"*/{OPTIONS_NAME}"))
    return RunFolder(there[0]) if there else None
