"""Records of a study that never ran: right and wrong by a known chance."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np

from lesionlab.records.study_images import StudyImage, StudyImages
from lesionlab.records.tested import Tested, TestedRecord, archive_of, kept
from lesionlab.study.evidence import Findings

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
