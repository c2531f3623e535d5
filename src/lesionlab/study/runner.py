"""Do what a study has planned: train, measure, write the record; go on with whatever was begun."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import numpy as np

from lesionlab.core.errors import StudyError
from lesionlab.core.progress import Progress
from lesionlab.data.prepared import PreparedData
from lesionlab.inference.sampler import Sampler
from lesionlab.records.card import read_card
from lesionlab.records.run import RunFolder
from lesionlab.records.study import Measured, PlannedRun, ReferenceRecord, StudyPlan, StudyRecord
from lesionlab.study.folder import StudyFolder
from lesionlab.study.machine import machine
from lesionlab.study.measuring import Measurer, sampled
from lesionlab.study.options import judge_of, options_of
from lesionlab.study.plan import identity
from lesionlab.study.standing import record_of
from lesionlab.study.subsets import groups_sha256, subset_data, subset_groups
from lesionlab.study.tstr import trained_on
from lesionlab.training.gan_run import continue_gan, start_gan

Drawing = Callable[[str, str], AbstractContextManager[Progress]]  # a description and a unit
FIRST_SEED = 0  # of the images that are measured
FIRST_TAUGHT_SEED = 1_000_000  # of the images that a classifier learns from


class Runner:
    """Carry out runs of one study on this machine."""

    def __init__(self, study: StudyFolder, data: PreparedData, command: str, threads: int, drawing: Drawing) -> None:
        self.study, self.data, self.command, self.threads, self.drawing = study, data, command, threads, drawing
        self.plan: StudyPlan = study.plan
        self._measurer: Measurer | None = None
        if data.split.sha256 != self.plan.split_sha256:
            raise StudyError(
                f"{study.path.name} was planned for split {self.plan.split_sha256[:12]}; '{data.name}' has "
                f"{data.split.sha256[:12]}.",
                "Name the data that it was planned for, or begin a new study.",
            )

    def carry_out(self, runs: Sequence[PlannedRun]) -> Iterator[StudyRecord]:
        """Do each run that has no record, and yield its record; one that another process works on is passed over."""
        for run in runs:
            with self.study.claim(f"{run.arm}-seed{run.seed}") as held:
                if held and record_of(run, self.study, self.study.read()) is None:
                    yield self._do(run)

    def _do(self, run: PlannedRun) -> StudyRecord:
        data = self.data_of(run)
        self._refer(run, data)
        folder = self._trained(run, data)
        record = self._measured(run, folder, data)
        self.study.add(record)
        return record

    def data_of(self, run: PlannedRun) -> PreparedData:
        """Return the data with the training images of a run.

        Raises:
            StudyError: they are not those that were planned.
        """
        asked = self.plan.arm(run.arm).images
        data = self.data
        if asked:
            data = subset_data(data, subset_groups(data.part("train"), asked, run.seed))
        if groups_sha256(data.part("train")) != run.groups_sha256:
            raise StudyError(
                f"The training images of {run.arm}, seed {run.seed}, are not those planned in {self.study.path.name}.",
                "Begin a new study: they are drawn in another way now.",
            )
        return data

    def _trained(self, run: PlannedRun, data: PreparedData) -> RunFolder:
        folder = self.study.started(run)
        if folder is None:
            options = options_of(self.plan, run, self.threads)
            folder = start_gan(options, data, self.command, self.study.runs(run))
        if not folder.done:
            with self.drawing(f"{run.arm}, seed {run.seed}: training", "kimg") as progress:
                continue_gan(folder, data, progress)
        return folder

    def _measured(self, run: PlannedRun, folder: RunFolder, data: PreparedData) -> StudyRecord:
        begun = time.monotonic()
        part, measurer = data.part("train"), self._measuring()
        sampler = Sampler(folder.export, threads=self.threads)
        counts = np.bincount(part.labels, minlength=len(part.classes)).tolist()
        with self.drawing(f"{run.arm}, seed {run.seed}: measuring", "images") as progress:
            images, labels = sampled(sampler, measurer.counts, FIRST_SEED, progress)
            measured = measurer.measure(images, labels)
            taught = sampled(sampler, counts, FIRST_TAUGHT_SEED, progress)
        with self.drawing(f"{run.arm}, seed {run.seed}: classifier on synthetic images", "kimg") as progress:
            measured.append(self._taught("tstr", *taught, run.seed, progress))
        card = read_card(folder.export)
        return StudyRecord(
            kind="run",
            study=self.plan.kind,
            arm=run.arm,
            seed=run.seed,
            data=self.plan.data,
            split_sha256=self.plan.split_sha256,
            groups_sha256=card.groups_sha256,
            images=card.training.images,
            options=card.training.options,
            judge=self.plan.judge,
            part=measurer.part.name,
            measured=tuple(measured),
            weights_sha256=card.weights_sha256,
            kimg=card.training.kimg,
            seconds=card.training.seconds,
            measuring_seconds=round(time.monotonic() - begun, 1),
            machine=machine(self.threads),
            versions=card.training.versions,
            command=card.training.command,
            finished=_today(),
        )

    def _refer(self, run: PlannedRun, data: PreparedData) -> None:
        """Measure, once, what this run is held against: rulers, and a classifier trained on its real images."""
        part, measurer = data.part("train"), self._measuring()
        for record in self.study.read():
            if isinstance(record, ReferenceRecord) and (record.groups_sha256, record.seed) == (
                run.groups_sha256,
                run.seed,
            ):
                return
        begun = time.monotonic()
        with self.drawing(f"Seed {run.seed}: classifier on {len(part.labels):,} real images", "kimg") as progress:
            images = part.images(self.plan.image_size_px)
            measured = [self._taught("trtr", images, part.labels, run.seed, progress)]
        measured += measurer.rulers(self.data.part("train"), run.seed)
        record = ReferenceRecord(
            kind="reference",
            data=self.plan.data,
            split_sha256=self.plan.split_sha256,
            groups_sha256=run.groups_sha256,
            images=len(part.labels),
            image_size_px=self.plan.image_size_px,
            seed=run.seed,
            judge=identity(self.plan.judge),
            part=measurer.part.name,
            measured=tuple(measured),
            seconds=round(time.monotonic() - begun, 1),
            machine=machine(self.threads),
            finished=_today(),
        )
        self.study.add(record)

    def _taught(self, name: str, images: np.ndarray, labels: np.ndarray, seed: int, progress: Progress) -> Measured:
        """Train the judge on images and test it on the lesions of the validation part."""
        part = self._measuring().part
        value = trained_on(images, labels, part, judge_of(self.plan, self.threads), seed, progress)
        return Measured(name, value, len(set(part.lesions)), "lesions")

    def _measuring(self) -> Measurer:
        if self._measurer is None:
            self._measurer = Measurer(self.data.part("validation"), self.plan.image_size_px)
        return self._measurer


def _today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")
