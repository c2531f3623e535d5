"""Every arm of a study at one share of the real images, and what synthetic images do to each diagnosis and metric."""

from __future__ import annotations

import numpy as np

from lesionlab.core.errors import InputError
from lesionlab.metrics.holm import adjusted
from lesionlab.records.effect import ArmOutcome, ClassEffect, Difference, MetricEffect, WorthRecord
from lesionlab.records.protocol import Protocol, ProtocolArm
from lesionlab.study.arm_figures import (
    arm_metrics,
    confusion_of,
    differences,
    fold_values,
    reliability_of,
)
from lesionlab.study.choosing import Choices, perfect_of, replay_of
from lesionlab.study.evidence import Findings, Grid
from lesionlab.study.readings import difference
from lesionlab.study.worth import worth


def arm_outcomes(findings: Findings, protocol: Protocol, choices: Choices, share: float) -> tuple[ArmOutcome, ...]:
    """Return every arm that was trained at a share in more than one fold: those of the verdict first, then the sweeps.

    An arm that was trained in the fold that arms are chosen in and nowhere else is told by the choice alone.
    """
    decisive = deciding(protocol, choices, share)
    found = []
    for arm in protocol.every_arm:
        grid = findings.grid((arm.name,), share)
        if len(grid.folds) > 1:
            found.append(_outcome(findings, protocol, choices, share, arm, grid, decides=arm.name in decisive))
    order = {name: place for place, name in enumerate(decisive)}
    return tuple(sorted(found, key=lambda arm: order.get(arm.arm, len(order))))


def deciding(protocol: Protocol, choices: Choices, share: float) -> tuple[str, ...]:
    """Return the arms that the verdict at a share rests on; none at a share that is only swept."""
    if share not in protocol.real_shares:
        return ()
    perfect = perfect_of(protocol, share)
    return (choices.synthetic, replay_of(protocol, choices.synthetic), choices.real, *([perfect] if perfect else []))


def _outcome(
    findings: Findings,
    protocol: Protocol,
    choices: Choices,
    share: float,
    arm: ProtocolArm,
    grid: Grid,
    *,
    decides: bool,
) -> ArmOutcome:
    values = fold_values(findings, arm.name, share, grid)
    mine = [each.record for each in findings.tested if (each.record.arm, each.record.share) == (arm.name, share)]
    replay = protocol.replay_in(arm)
    return ArmOutcome(
        arm=arm.name,
        title=arm.title,
        fill=arm.fill,
        dose=arm.dose,
        pretraining=arm.pretraining,
        real_images=round(float(np.mean([record.real_images for record in mine]))),
        folds=grid.folds,
        seeds=grid.seeds,
        lesions=len(findings.lesions(grid.folds).names),
        decides=decides,
        metrics=arm_metrics(findings, arm.name, share, grid, values),
        over_real=None if arm.name == choices.real else _over(findings, arm.name, choices.real, share),
        over_replay=None if replay is None else _over(findings, arm.name, replay.name, share),
        confusion=confusion_of(findings, arm.name, share, grid),
        reliability=reliability_of(findings, arm.name, share, grid),
    )


def _over(findings: Findings, arm: str, other: str, share: float) -> Difference | None:
    """Return the difference of two arms over what both have; None where that is less than two folds."""
    grid = findings.grid((arm, other), share)
    if len(grid.folds) < 2:
        return None
    lesions = len(findings.lesions(grid.folds).names)
    found = findings.compare(arm, other, share, grid=grid)
    return difference(arm, other, found, lesions, len(grid.folds), len(grid.seeds))


def class_effects(findings: Findings, choices: Choices, replay: str, share: float) -> tuple[ClassEffect, ...]:
    """Return what the synthetic images do to the recall of each diagnosis that has two lesions, adjusted over them."""
    grid = findings.grid((choices.synthetic, choices.real, replay), share)
    labels = findings.lesions(grid.folds).labels
    counts = {code: int(np.count_nonzero(labels == label)) for label, code in enumerate(findings.classes)}
    codes = [code for code, n in counts.items() if n > 1]

    def over(other: str) -> list[Difference]:
        size = (len(grid.folds), len(grid.seeds))
        found = [findings.compare(choices.synthetic, other, share, code, grid) for code in codes]
        told = zip(codes, found, strict=True)
        return [difference(choices.synthetic, other, contrast, counts[code], *size) for code, contrast in told]

    over_real, over_replay = over(choices.real), over(replay)
    by_real, by_replay = (adjusted([each.p_value for each in found]) for found in (over_real, over_replay))
    return tuple(ClassEffect(*effect) for effect in zip(codes, over_real, over_replay, by_real, by_replay, strict=True))


def metric_effects(findings: Findings, choices: Choices, replay: str, share: float) -> tuple[MetricEffect, ...]:
    """Return what the synthetic images do to each metric beside balanced accuracy; none with one fold."""
    grid = findings.grid((choices.synthetic, choices.real, replay), share)
    lesions = len(findings.lesions(grid.folds).names)
    size = (lesions, len(grid.folds), len(grid.seeds))
    synthetic, real, again = (
        fold_values(findings, arm, share, grid) for arm in (choices.synthetic, choices.real, replay)
    )
    over_real, over_replay = differences(synthetic, real), differences(synthetic, again)
    return tuple(
        MetricEffect(
            name,
            difference(choices.synthetic, choices.real, over_real[name], *size),
            difference(choices.synthetic, replay, over_replay[name], *size),
        )
        for name in over_real
        if name in over_replay
    )


def worth_of(findings: Findings, protocol: Protocol, choices: Choices, share: float) -> WorthRecord | None:
    """Return what the synthetic images were worth beside as many new real ones; None where none are held back."""
    perfect, replay = perfect_of(protocol, share), replay_of(protocol, choices.synthetic)
    grid = findings.grid((choices.synthetic, replay, perfect), share) if perfect else Grid((), ())
    if len(grid.folds) < 2:
        return None
    lesions = findings.lesions(grid.folds)
    gains = [findings.gain(arm, replay, share, grid) for arm in (choices.synthetic, perfect)]
    try:
        found = worth(gains[0], gains[1], lesions.labels, lesions.folds)
    except InputError:
        return None
    known = None if np.isnan(found.share) else found.share
    bounds = found.bounds or (None, None)
    return WorthRecord(known, *bounds)
