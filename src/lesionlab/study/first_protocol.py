"""The protocol to begin with: arms, controls and budgets that answer the usual objections."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lesionlab.records.codec import to_plain
from lesionlab.records.options import ClassifierOptions, GanOptions
from lesionlab.records.presets import CLASSIFIER_PRESETS, DEFAULT_PRESET, GAN_PRESETS
from lesionlab.records.protocol import Protocol, ProtocolArm
from lesionlab.study.plan import identity

DOSE = 0.5
PRETRAINING = 0.3
SWEEP_SHARES = (0.5, 0.125)
SWEEP_DOSES = (0.25, 0.75)

ARMS = (
    ProtocolArm(
        "plain", "Real images as they are", "real", classifier={"augmentation": "none", "class_temperature": 1.0}
    ),
    ProtocolArm("augmented", "Strong classical augmentation", "real", classifier={"class_temperature": 1.0}),
    ProtocolArm(
        "weighted",
        "Augmentation, and errors on rare diagnoses weigh more",
        "real",
        classifier={"balance": "weighted", "class_temperature": 1.0},
    ),
    ProtocolArm("oversampled", "Augmentation, and rare diagnoses drawn more often", "real"),
    ProtocolArm("raw", "Synthetic images as they come", "synthetic", "raw", DOSE),
    ProtocolArm("filtered", "Synthetic images that pass the filters", "synthetic", "filtered", DOSE),
    ProtocolArm("pretrained", "Synthetic images first, then real ones", "synthetic", "raw", 1.0, PRETRAINING),
    ProtocolArm("replay", "Real images again in the synthetic slots", "control", "replay", DOSE),
    ProtocolArm("replay-first", "Real images again, first", "control", "replay", 1.0, PRETRAINING),
    ProtocolArm("shuffled", "Synthetic images of other diagnoses than they say", "control", "shuffled", DOSE),
    ProtocolArm("perfect", "Held-back real images in the synthetic slots", "control", "perfect", DOSE),
    ProtocolArm("alone", "Synthetic images alone", "alone", "raw", 1.0),
)


def first_protocol(data: str, image_size_px: int, generator_kimg: float, classifier_kimg: float) -> Protocol:
    """Return a protocol on a data set: the released recipes at these lengths, VGG-19 at a quarter of its width."""
    recipe: GanOptions = GAN_PRESETS[DEFAULT_PRESET].options
    judge: ClassifierOptions = CLASSIFIER_PRESETS[DEFAULT_PRESET].options
    share = classifier_kimg / judge.total_kimg
    return Protocol(
        title=f"Do synthetic images help a classifier on {data}?",
        data=data,
        arms=ARMS,
        generator=_whole(replace(recipe, image_size_px=image_size_px, total_kimg=generator_kimg)),
        classifier=_whole(
            replace(
                judge,
                image_size_px=image_size_px,
                total_kimg=classifier_kimg,
                width=0.25,
                warmup_kimg=round(judge.warmup_kimg * share, 3),
                ema_halflife_kimg=round(judge.ema_halflife_kimg * share, 3),
            )
        ),
        image_size_px=image_size_px,
        sweep_shares=SWEEP_SHARES,
        sweep_doses=SWEEP_DOSES,
    )


def _whole(options: GanOptions | ClassifierOptions) -> dict[str, Any]:
    return identity(to_plain(options))
