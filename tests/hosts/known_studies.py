"""Records of a study that never ran: right and wrong by a known chance."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from lesionlab.records.ledger import Opening
from lesionlab.records.protocol import Protocol, ProtocolArm
from lesionlab.records.study_images import StudyImage, StudyImages
from lesionlab.records.study_strata import StudyStrata, write_strata
from lesionlab.records.tested import Tested, TestedRecord, archive_of, kept
from lesionlab.study.choosing import Choices
from lesionlab.study.evidence import Findings
from lesionlab.study.frozen import FrozenStudy, freeze
from lesionlab.study.trials import Trial, choosing_trials, confirming_trials, sweeping_trials

CLASSES = ("mel", "nv", "vasc")
FOLDS = 5


def study_images(lesions: int = 150) -> StudyImages:
    """Every third lesion has two images; a lesion validates in the fold after its own."""
    rows = []
    for number in range(lesions):
        fold, diagnosis = number % FOLDS, CLASSES[(number // FOLDS) % len(CLASSES)]
        for image in range(2 if number % 3 == 0 else 1):
            rows.append(
                StudyImage(f"image-{number}-{image}", f"lesion-{number}", diagnosis, fold, ((fold + 1) % FOLDS,))
            )
    return StudyImages(tuple(rows))


def training_of(
    images: StudyImages, arm: str, share: float, fold: int, seed: int, recall: float
) -> tuple[Tested, bytes]:
    """Return the record of a training that is right about each lesion with this chance, on its parts alike."""
    draw = np.random.default_rng([fold, seed])  # the same luck for all arms: their differences are in the chance alone
    probabilities = {}
    for part in ("validation", "test"):
        rows = images.of_part(part, fold)
        lucky = {name: draw.random() < recall for name in dict.fromkeys(row.lesion for row in rows)}
        truth = [CLASSES.index(row.diagnosis) for row in rows]
        said = [label if lucky[row.lesion] else (label + 1) % 3 for row, label in zip(rows, truth, strict=True)]
        probabilities[part] = kept(np.eye(3)[said] * 0.8 + 0.2 / 3)
    archive = archive_of(probabilities)
    record = TestedRecord(
        protocol_sha256="p" * 64,
        images_sha256=images.sha256,
        arm=arm,
        share=share,
        fold=fold,
        seed=seed,
        real_sha256="r" * 64,
        real_images=100,
        slots_sha256="5" * 64,
        generator_sha256="",
        options={"width": 0.25},
        diverged=False,
        probabilities_sha256=hashlib.sha256(archive).hexdigest(),
        kimg=1.0,
        seconds=2.0,
        machine="m",
        versions={"python": "3"},
        command="lesionlab study run",
        finished="2026-01-01",
    )
    return Tested(record, probabilities), archive


def findings_of(
    recalls: Mapping[str, float], share: float = 1.0, folds: int = FOLDS, seeds: int = 2, lesions: int = 150
) -> Findings:
    """Return the findings of arms with these recalls, every fold and seed done."""
    images = study_images(lesions)
    done = [
        training_of(images, arm, share, fold, seed, recall)[0]
        for arm, recall in recalls.items()
        for fold in range(folds)
        for seed in range(seeds)
    ]
    return Findings(images, CLASSES, tuple(done))


ARMS = (
    ProtocolArm("plain", "Real images as they are", "real"),
    ProtocolArm("augmented", "Strong classical augmentation", "real"),
    ProtocolArm("raw", "Synthetic images as they come", "synthetic", "raw", 0.5),
    ProtocolArm("filtered", "Synthetic images that pass the filters", "synthetic", "filtered", 0.5),
    ProtocolArm("replay", "Real images again in the synthetic slots", "control", "replay", 0.5),
    ProtocolArm("perfect", "Held-back real images in the synthetic slots", "control", "perfect", 0.5),
    ProtocolArm("alone", "Synthetic images alone", "alone", "raw", 1.0),
)
PROTOCOL = Protocol(
    title="Do synthetic images help?",
    data="tiny",
    arms=ARMS,
    generator={},
    classifier={},
    sweep_shares=(0.5,),
    sweep_doses=(0.25,),
)
# Synthetic images are worth half of what new real ones are, and repeats nothing; none of it hangs on the share.
RECALLS = {"plain": 0.4, "augmented": 0.5, "raw": 0.65, "filtered": 0.6, "replay": 0.5, "perfect": 0.8, "alone": 0.35}


def planned(protocol: Protocol) -> list[Trial]:
    """Return every training of a protocol under which the best arms are `augmented` and `raw`."""
    choices = Choices("augmented", "raw")
    choosing = [*choosing_trials(protocol, "real"), *choosing_trials(protocol, "synthetic")]
    return list(dict.fromkeys([*choosing, *confirming_trials(protocol, choices), *sweeping_trials(protocol, choices)]))


def _told(row: StudyImage) -> dict[str, str]:
    number = int(row.lesion.removeprefix("lesion-"))
    sex, age = ("female", "male")[number % 2], ("20 to 39", "40 to 59")[number // 7 % 2]
    return {"dx_type": "histo" if number % 4 else "", "age": age, "sex": sex, "localization": ""}


def study_done(protocol: Protocol = PROTOCOL, lesions: int = 300, trials: Sequence[Trial] | None = None) -> FrozenStudy:
    """Freeze a protocol in the home folder, and leave the record of every training, or of these."""
    images = study_images(lesions)
    study = freeze(protocol, images, "5" * 64, CLASSES)
    write_strata(study.path, StudyStrata({row.image_id: _told(row) for row in images.rows}))
    for trial in planned(protocol) if trials is None else trials:
        arm = protocol.arm(trial.arm)
        recall = RECALLS[trial.arm.partition("-")[0]]
        one, archive = training_of(images, trial.arm, trial.share, trial.fold, trial.seed, recall)
        synthetic = arm.fill in ("raw", "filtered")
        record = replace(
            one.record,
            protocol_sha256=protocol.sha256,
            real_sha256=f"{trial.fold}{trial.share:g}".ljust(64, "r"),
            generator_sha256=f"{trial.fold}{trial.share:g}".ljust(64, "9") if synthetic else "",
        )
        study.add(record, archive)
        opened = Opening("2026-01-01T00:00:00+00:00", "5" * 64, f"{study.path.name}: {record.name}")
        with study.ledger.open("ab") as file:
            file.write((b"" if file.tell() else b"opened_at,split_sha256,purpose\n") + opened.to_csv())
    return study
