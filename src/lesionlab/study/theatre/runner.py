"""Play the scenes: the honest protocol and the leaks, fold by fold, on the same test images with the same seeds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import StudyError
from lesionlab.data.prepared import PreparedData
from lesionlab.metrics.classification import mean_by_lesion
from lesionlab.records.codec import from_plain
from lesionlab.records.options import ClassifierOptions
from lesionlab.study.claims import claim
from lesionlab.study.machine import machine
from lesionlab.study.sources import Drawing
from lesionlab.study.teaching import Taught, teach
from lesionlab.study.theatre.cast import TRAINED, Cast, cast_of
from lesionlab.study.theatre.lists import Listed, lists_of
from lesionlab.study.theatre.makers import Maker, Trained, copied
from lesionlab.study.theatre.plan import SCENES, Scene
from lesionlab.study.theatre.record import StagedRecord, TheatreFolder
from lesionlab.training.filling import Filling

GENERATORS = "staged-generators"


class Theatre:
    """Play what a plan says; several processes may share the folds of one theatre.

    Raises:
        StudyError: the data is not what the plan was made on.
    """

    def __init__(self, folder: TheatreFolder, data: PreparedData, threads: int, drawing: Drawing) -> None:
        self.folder, self.plan, self.data, self.threads, self.drawing = folder, folder.plan, data, threads, drawing
        if data.split.sha256 != self.plan.split_sha256:
            raise StudyError(f"'{data.name}' is not the data that {folder.path.name} began on.", "Play it anew.")

    def play(self) -> Iterator[StagedRecord]:
        """Do each training that has no record, and yield it; a fold at which another process plays is passed over."""
        for fold in range(self.plan.folds):
            with claim(self.folder.path, f"fold{fold}") as held:
                if held and not all(self.folder.has(scene, fold, seed) for scene in SCENES for seed in self.plan.seeds):
                    yield from self._fold(fold)

    def _fold(self, fold: int) -> Iterator[StagedRecord]:
        purpose = f"{self.folder.path.name}: staged leaks, fold {fold}"
        lists = lists_of(self.data, self.plan, fold, self.folder.ledger, purpose)
        trained = None
        maker: Maker = copied
        if self.plan.generator:
            place = self.folder.path / GENERATORS / f"fold{fold}"
            maker = trained = Trained(self.plan.generator, place, self.threads, self.drawing)
        cast = cast_of(lists, maker, self.plan, fold)
        for seed in self.plan.seeds:
            for scene in TRAINED:
                yield from self._training(scene, fold, seed, lists.tested, cast)
        if trained is not None:
            trained.strike()

    def _training(self, scene: Scene, fold: int, seed: int, tested: Listed, cast: Cast) -> Iterator[StagedRecord]:
        """Teach one classifier; the honest one is also tested as if synthetic images had been mixed in."""
        tests: dict[Scene, Listed] = {scene: tested} | ({"mixed": cast.mixed} if scene == "honest" else {})
        if all(self.folder.has(name, fold, seed) for name in tests):
            return
        begun = time.monotonic()
        real, made = cast.real[scene], cast.made[scene]
        plain = {**self.plan.classifier, "seed": seed, "threads": self.threads}
        options = from_plain(ClassifierOptions, plain, "the theatre's classifier", StudyError)
        filling = Filling(made.images, made.labels, self.plan.dose)
        with self.drawing(f"staged {scene}, fold {fold}, seed {seed}", "kimg") as progress:
            taught = teach(options, real.images, real.labels, self.plan.classes, filling, progress)
        for name, images in tests.items():
            record = self._record(name, fold, seed, cast, taught, images)
            record = replace(record, seconds=round(time.monotonic() - begun, 1))
            self.folder.add(record)
            yield record

    def _record(self, scene: Scene, fold: int, seed: int, cast: Cast, taught: Taught, tested: Listed) -> StagedRecord:
        played: Scene = "honest" if scene == "mixed" else scene
        real, seen = cast.real[played], cast.seen[played]
        right, labels = _right(taught, tested)
        return StagedRecord(
            kind="staged",
            plan_sha256=self.plan.sha256,
            scene=scene,
            fold=fold,
            seed=seed,
            real_sha256=real.sha256,
            real_images=len(real.ids),
            generator_sha256=seen.sha256,
            generator_images=len(seen.ids),
            planted=real.planted + seen.planted + tested.planted,
            tested_sha256=tested.sha256,
            diagnoses=" ".join(self.plan.classes[label] for label in labels),
            right="".join("1" if each else "0" for each in right),
            diverged=taught.diverged,
            seconds=0.0,
            machine=machine(self.threads),
        )


def _right(taught: Taught, tested: Listed) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return whether a classifier is right about each lesion, by the mean over its images, and the true classes."""
    probabilities, truth = mean_by_lesion(taught.probabilities(tested.images), tested.labels, tested.lesions)
    return probabilities.argmax(axis=1) == truth, truth
