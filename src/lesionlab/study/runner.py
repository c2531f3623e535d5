"""Do what a study has planned: train, measure, write the record; go on with whatever was begun."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import RunError, StudyError
from lesionlab.core.progress import Progress
from lesionlab.data.prepared import PreparedData
from lesionlab.evaluation.sampled import labels_of, sampled
from lesionlab.inference.sampler import Sampler
from lesionlab.models.precision import choose_compute
from lesionlab.records.card import read_card
from lesionlab.records.codec import from_plain, to_plain
from lesionlab.records.options import GanOptions
from lesionlab.records.run import RunFolder
from lesionlab.records.study import Measured, PlannedRun, ReferenceRecord, StudyPlan, StudyRecord
from lesionlab.study.folder import StudyFolder
from lesionlab.study.machine import machine
from lesionlab.study.measuring import Measurer
from lesionlab.study.options import judge_of, options_of
from lesionlab.study.plan import identity
from lesionlab.study.standing import record_of
from lesionlab.study.subsets import groups_sha256, subset_data, subset_groups
from lesionlab.study.tstr import trained_on
from lesionlab.training.gan_run import continue_gan, start_gan

_LOG = logging.getLogger(__name__)

Drawing = Callable[[str, str], AbstractContextManager[Progress]]  # a description and a unit
FIRST_SEED = 0  # of the images that are measured
FIRST_TAUGHT_SEED = 2_000_000  # of the images that a classifier learns from; the monitor chose by those from 1,000,000


class Runner:
    """Carry out runs of one study on this machine.

    Raises:
        StudyError: the data is not what the study was planned for.
    """

    def __init__(self, study: StudyFolder, data: PreparedData, threads: int, drawing: Drawing) -> None:
        self.study, self.data, self.threads, self.drawing = study, data, threads, drawing
        self.plan: StudyPlan = study.plan
        self._measurer: Measurer | None = None
        if data.split.sha256 != self.plan.split_sha256:
            raise StudyError(
                f"{study.path.name} was planned for split {self.plan.split_sha256[:12]}; '{data.name}' has "
                f"{data.split.sha256[:12]}.",
                "Name the data that it was planned for, or begin a new study.",
            )
        choose_compute(False, threads)  # what is measured before the first training keeps to the threads as well

    def carry_out(self, runs: Sequence[PlannedRun]) -> Iterator[StudyRecord]:
        """Do each run that has no record, and yield its record; one that another process works on is passed over.

        A run that fails, as one whose losses are no longer numbers does, keeps no other from being done.

        Raises:
            StudyError: some failed; the plan was changed after they had begun.
        """
        failed: list[tuple[PlannedRun, RunError]] = []
        for run in runs:
            self._refer(run)
            try:
                with self.study.claim(f"{run.arm}-seed{run.seed}") as held:
                    if held and record_of(run, self.study, self.study.read()) is None:
                        yield self._do(run)
            except RunError as error:
                failed.append((run, error))
                _LOG.warning("%s, seed %d, failed: %s", run.arm, run.seed, error.cause)
        if failed:
            run, first = failed[0]
            raise StudyError(
                f"{len(failed)} of {len(runs)} runs failed, such as {run.arm}, seed {run.seed}: {first.cause}",
                f"{first.cure} Removing {self.study.runs(run)} does it anew; the others are done.",
            )

    def _do(self, run: PlannedRun) -> StudyRecord:
        data = self.data_of(run)
        record = self._measured(run, self._trained(run, data), data)
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
                "Begin a new study: they are drawn in another way now, or its plan was changed.",
            )
        return data

    def _trained(self, run: PlannedRun, data: PreparedData) -> RunFolder:
        options, folder = options_of(self.plan, run, self.threads), self.study.started(run)
        if folder is None:
            folder = start_gan(options, data, self.plan.command, self.study.runs(run))
        elif identity(_whole(folder)) != identity(to_plain(options)):
            raise StudyError(
                f"{folder.path} was begun with other options than the plan of '{run.arm}' has now.",
                "Begin a new study, or remove this folder.",
            )
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
            images = sampled(sampler, measurer.counts, FIRST_SEED, progress)
            measured = [*measurer.measure(images, labels_of(measurer.counts)), measurer.copies(images, part)]
            taught = sampled(sampler, counts, FIRST_TAUGHT_SEED, progress)
        with self.drawing(f"{run.arm}, seed {run.seed}: classifier on synthetic images", "kimg") as progress:
            measured.append(self._taught("tstr", taught, labels_of(counts), run.seed, progress))
        card = read_card(folder.export)
        return StudyRecord(
            kind="run",
            study=self.plan.kind,
            arm=run.arm,
            seed=run.seed,
            data=self.plan.data,
            split_sha256=self.plan.split_sha256,
            groups_sha256=run.groups_sha256,
            images=card.training.images,
            options=self.plan.arm(run.arm).options | {"seed": run.seed},
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

    def _refer(self, run: PlannedRun) -> None:
        """Measure, once, what this run is held against: rulers, and a classifier trained on its real images."""
        with self.study.claim(f"reference-{run.groups_sha256[:12]}-seed{run.seed}") as held:
            if held and not any(_is_reference(record, run) for record in self.study.read()):
                self.study.add(self._reference(run))

    def _reference(self, run: PlannedRun) -> ReferenceRecord:
        part, measurer = self.data_of(run).part("train"), self._measuring()
        begun = time.monotonic()
        with self.drawing(f"Seed {run.seed}: classifier on {len(part.labels):,} real images", "kimg") as progress:
            images = part.images(self.plan.image_size_px)
            taught = self._taught("trtr", images, part.labels, run.seed, progress)
        return ReferenceRecord(
            kind="reference",
            data=self.plan.data,
            split_sha256=self.plan.split_sha256,
            groups_sha256=run.groups_sha256,
            images=len(part.labels),
            image_size_px=self.plan.image_size_px,
            seed=run.seed,
            judge=self.plan.judge,
            part=measurer.part.name,
            measured=(taught, *measurer.rulers(run.seed)),
            seconds=round(time.monotonic() - begun, 1),
            machine=machine(self.threads),
            finished=_today(),
        )

    def _taught(
        self, name: str, images: NDArray[np.uint8], labels: NDArray[np.int64], seed: int, progress: Progress
    ) -> Measured:
        """Train the judge on images and test it on the lesions of the validation part."""
        part = self._measuring().part
        value = trained_on(images, labels, part, judge_of(self.plan, self.threads), seed, progress)
        return Measured(name, value, len(set(part.lesions)), "lesions")

    def _measuring(self) -> Measurer:
        if self._measurer is None:
            self._measurer = Measurer(self.data, self.plan.image_size_px)
        return self._measurer


def _whole(folder: RunFolder) -> dict[str, Any]:
    """Return the options of a run; those that came with a later version have its defaults."""
    plain: dict[str, Any] = to_plain(from_plain(GanOptions, folder.read().options, str(folder.path), StudyError))
    return plain


def _is_reference(record: object, run: PlannedRun) -> bool:
    key = (run.groups_sha256, run.seed)
    return isinstance(record, ReferenceRecord) and (record.groups_sha256, record.seed) == key


def _today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")
