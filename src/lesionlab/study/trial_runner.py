"""Do the trainings of a study: fill the slots, teach, let the classifier say what it sees, write the record."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from lesionlab.core.errors import StudyError
from lesionlab.data.prepared import PreparedData
from lesionlab.data.test_part import open_test_part
from lesionlab.models.precision import choose_compute
from lesionlab.records.codec import from_plain, to_plain
from lesionlab.records.options import ClassifierOptions
from lesionlab.records.protocol import Protocol, ProtocolArm
from lesionlab.records.study_strata import write_strata
from lesionlab.records.tested import TestedRecord, archive_of, kept
from lesionlab.study.choosing import Choices, best_of, choose
from lesionlab.study.claims import claim
from lesionlab.study.evidence import Findings
from lesionlab.study.fold_data import FoldData
from lesionlab.study.frozen import FrozenStudy
from lesionlab.study.machine import machine
from lesionlab.study.plan import identity
from lesionlab.study.pools import BusyError, Pools
from lesionlab.study.slots import Slots, slots_of
from lesionlab.study.sources import Drawing
from lesionlab.study.subsets import groups_sha256
from lesionlab.study.teaching import teach
from lesionlab.study.trials import Trial, choosing_trials, confirming_trials, sweeping_trials
from lesionlab.training.run_start import versions


class TrialRunner:
    """Carry out trainings of one frozen study on this machine; any number of processes may work on one study.

    Raises:
        StudyError: the data is not what the study was frozen on.
    """

    def __init__(self, study: FrozenStudy, data: PreparedData, threads: int, drawing: Drawing) -> None:
        self.study, self.threads, self.drawing = study, threads, drawing
        self.protocol: Protocol = study.protocol
        self.folds = FoldData(data, study.protocol)
        if (data.split.sha256, self.folds.images().sha256) != (study.frozen.split_sha256, study.frozen.images_sha256):
            raise StudyError(
                f"{study.path.name} was frozen on split {study.frozen.split_sha256[:12]} of '{study.protocol.data}'; "
                f"'{data.name}' has {data.split.sha256[:12]}.",
                "Name the data that it was frozen on, or begin a new study.",
            )
        if study.strata() is None:
            write_strata(study.path, self.folds.strata())
        self.pools = Pools(study, self.folds, threads, drawing)

    def findings(self) -> Findings:
        """Return the records that are there."""
        return Findings(self.study.images, self.study.frozen.classes, self.study.tested())

    def confirm(self) -> Iterator[TestedRecord]:
        """Do what the verdicts rest on, from the first choice to the last fold, and yield each new record.

        Raises:
            BusyError: other processes work on what is left.
        """
        yield from self.carry_out(choosing_trials(self.protocol, "real"), None)
        real, _ = best_of("real", self.findings(), self.protocol)
        yield from self.carry_out(choosing_trials(self.protocol, "synthetic"), real)
        choices: Choices = choose(self.findings(), self.protocol)
        yield from self.carry_out(confirming_trials(self.protocol, choices), real)

    def sweep(self) -> Iterator[TestedRecord]:
        """Do what no verdict rests on, with one seed, and yield each new record; the verdicts' trainings come first.

        Raises:
            BusyError: other processes work on what is left.
            StudyError: the arms have not been chosen yet.
        """
        choices: Choices = choose(self.findings(), self.protocol)
        yield from self.carry_out(sweeping_trials(self.protocol, choices), choices.real)

    def carry_out(self, trials: Sequence[Trial], real: str | None) -> Iterator[TestedRecord]:
        """Do each training that has no record, and yield it; arms beyond `real` ones build on that arm's options.

        What another process works on is passed over, and tried again after the others.

        Raises:
            BusyError: nothing is left but what others work on.
        """
        left = [trial for trial in trials if not self._done(trial)]
        while left:
            busy = []
            for trial in left:
                record = self._claimed(trial, real)
                if record is None:
                    busy.append(trial)
                else:
                    yield record
            busy = [trial for trial in busy if not self._done(trial)]
            if len(busy) == len(left):
                raise BusyError(
                    f"Other processes work on the {len(busy)} trainings that are left, such as {busy[0].name}.",
                    "Run the command again once they have ended.",
                )
            left = busy

    def _claimed(self, trial: Trial, real: str | None) -> TestedRecord | None:
        """Do a training, unless another process does, or did meanwhile."""
        with claim(self.study.path, trial.name) as held:
            if not held or self._done(trial):
                return None
            try:
                return self._do(trial, real)
            except BusyError:
                return None

    def _done(self, trial: Trial) -> bool:
        return (self.study.records / f"{trial.name}.json").is_file()

    def _do(self, trial: Trial, real: str | None) -> TestedRecord:
        begun = time.monotonic()
        arm = self.protocol.arm(trial.arm)
        options = options_of(self.protocol, arm, real, trial.seed, self.threads)
        slots = self._slots(arm, trial, options)
        with self.drawing(trial.name, "kimg") as progress:
            labels, classes = slots.real.labels, slots.real.classes
            taught = teach(options, slots.images, labels, classes, slots.filling, progress)
        whole = self.folds.whole(trial.fold)
        parts = {
            "validation": whole.part("validation"),
            "test": open_test_part(whole, self.study.ledger, f"{self.study.path.name}: {trial.name}"),
        }
        size = self.protocol.image_size_px
        said = {name: kept(taught.probabilities(part.images(size))) for name, part in parts.items()}
        archive = archive_of(said)
        record = TestedRecord(
            protocol_sha256=self.protocol.sha256,
            images_sha256=self.study.images.sha256,
            arm=trial.arm,
            share=trial.share,
            fold=trial.fold,
            seed=trial.seed,
            real_sha256=groups_sha256(slots.real),
            real_images=len(labels),
            slots_sha256=slots.sha256,
            generator_sha256=slots.generator_sha256,
            options=identity(to_plain(options)),
            diverged=taught.diverged,
            probabilities_sha256=hashlib.sha256(archive).hexdigest(),
            kimg=taught.trainee.kimg,
            seconds=round(time.monotonic() - begun, 1),
            machine=machine(self.threads),
            versions=versions(choose_compute(options.bf16, self.threads)),
            command=f"lesionlab study run {self.study.path.name}",
            finished=datetime.now(UTC).strftime("%Y-%m-%d"),
        )
        self.study.add(record, archive)
        return record

    def _slots(self, arm: ProtocolArm, trial: Trial, options: ClassifierOptions) -> Slots:
        pool = None
        if arm.shows_synthetic:
            judge = options if arm.fill == "filtered" else None
            pool = self.pools.pool(trial.fold, trial.share, judge)
        return slots_of(arm, self.folds, trial.fold, trial.share, pool)


def options_of(protocol: Protocol, arm: ProtocolArm, real: str | None, seed: int, threads: int) -> ClassifierOptions:
    """Return what an arm's classifier is trained with: the protocol's options, the chosen real arm's, its own.

    Raises:
        StudyError: an option that this version does not know.
    """
    chosen = {} if real is None or arm.role == "real" else protocol.arm(real).classifier
    plain = {**protocol.classifier, **chosen, **arm.classifier, "seed": seed, "threads": threads}
    return from_plain(ClassifierOptions, plain, f"the arm '{arm.name}'", StudyError)
