"""Generators of a study: one for each fold and share, trained on exactly its real images; and filters' classifiers."""

from __future__ import annotations

from pathlib import Path

from lesionlab.core.errors import StudyError
from lesionlab.data.prepared import PreparedData
from lesionlab.data.synthetic_set import SyntheticSet
from lesionlab.inference.filters import Agreement, Filter
from lesionlab.inference.predictor import Predictor
from lesionlab.inference.sample_folder import begin, plan_for, sample_into
from lesionlab.inference.sampler import Sampler
from lesionlab.records.codec import from_plain
from lesionlab.records.options import ClassifierOptions, GanOptions
from lesionlab.records.run import OPTIONS_NAME, RunFolder
from lesionlab.study.frozen import FrozenStudy
from lesionlab.study.sources import Drawing
from lesionlab.training.classifier_run import continue_classifier, start_classifier
from lesionlab.training.gan_run import continue_gan, start_gan

FIRST_SEED = 2_000_000  # of a pool: none that the monitor chose by
GENERATOR_SEED = 0


class Generators:
    """A source that trains a generator where there is none yet, and samples it; what was begun goes on.

    Raises:
        RunError: the generator's or the judge's losses are no numbers any more.
    """

    def __init__(self, study: FrozenStudy, threads: int, drawing: Drawing) -> None:
        self.study, self.threads, self.drawing = study, threads, drawing

    def fill(self, folder: Path, data: PreparedData, place: str, judge: ClassifierOptions | None) -> SyntheticSet:
        """Sample into `folder` what a generator makes of the training part of `data`.

        The judge is trained on the very real images that the generator saw; its limit comes from the fold's validation
        part.
        """
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
