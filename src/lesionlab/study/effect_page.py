"""The outcome of a study of synthetic images as a page, whole in one file, from its record alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from lesionlab.evaluation.classifier_pictures import reliability_picture
from lesionlab.evaluation.classifier_text import PLAIN
from lesionlab.metrics.calibration import Bin
from lesionlab.records import effect_words as words
from lesionlab.records.card import figure
from lesionlab.records.confusion import Row as ConfusionRow
from lesionlab.records.confusion import confusion_rows
from lesionlab.records.effect import ArmOutcome, EffectRecord, Reading, ShareOutcome
from lesionlab.records.protocol import protocol_as_toml
from lesionlab.records.report_page import render_report
from lesionlab.study.effect_pictures import Group, Row, forest

SHOWN = (
    "balanced_accuracy", "accuracy", "macro_auc", "macro_average_precision", "melanoma_sensitivity_at_80",
    "melanoma_sensitivity_at_90", "brier", "log_loss", "debiased_calibration_error",
)  # fmt: skip
SHORT = {
    "balanced_accuracy": "Balanced accuracy",
    "accuracy": "Accuracy",
    "macro_auc": "AUC",
    "macro_average_precision": "Average precision",
    "melanoma_sensitivity_at_80": "Melanomas at 80%",
    "melanoma_sensitivity_at_90": "Melanomas at 90%",
    "brier": "Brier score",
    "log_loss": "Log loss",
    "debiased_calibration_error": "Calibration error",
}


@dataclass(frozen=True)
class Beside:
    """A picture of another study that belongs beside this one: the staircase, or the size curve."""

    title: str
    svg: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Compared:
    """What an arm takes for what, and how far its confidence may be trusted."""

    arm: ArmOutcome
    confusion: tuple[ConfusionRow, ...]
    reliability: Markup


def effect_page(record: EffectRecord, beside: Sequence[Beside] = ()) -> str:
    """Return the page of an outcome as HTML; the same record and pictures give the same bytes."""
    return render_report(
        "effect.html",
        {"figure": figure, "plain": plain},
        record=record,
        words=words,
        forests={share.share: share_forest(record, share) for share in record.shares},
        class_forests={share.share: class_forest(record, share) for share in record.shares if share.classes},
        compared={share.share: _compared(record, share) for share in record.shares if share.verdict},
        debunked={share.share: debunked(record, share) for share in record.shares if share.verdict},
        shown=[name for name in SHOWN if any(arm.metric(name) for share in record.shares for arm in share.arms)],
        short=SHORT,
        protocol=protocol_as_toml(record.protocol),
        beside=[(each.title, Markup(each.svg), each.sentences) for each in beside],  # made here, of escaped words
        hours=sum(line.seconds for line in record.trainings) / 3600,
        diverged=[line.name for line in record.trainings if line.diverged],
    )


def plain(name: str) -> tuple[str, str]:
    """Return the title of a figure and what it says, a sentence without its full stop."""
    title, _, said = PLAIN.get(name, name.replace("_", " ").capitalize()).partition(": ")
    return SHORT.get(name, title), (said or title)[:1].upper() + (said or title)[1:]


def share_forest(record: EffectRecord, share: ShareOutcome) -> Markup:
    """Return the plot of all differences at one share: those of the verdict, what they are made of, the sweeps."""
    read, groups = share.verdict, list[Group]()
    if read is not None:
        groups.append(Group("What the verdict rests on", _verdict_rows(read)))
        replay = share.arm(read.replay)
        if replay is not None and replay.over_real is not None:
            name = f"{read.replay} over {read.real}"
            groups.append(Group("What repeats do, or luck", [Row(name, replay.over_real)]))
    swept = [arm for arm in share.arms if not arm.decides or read is None]
    for title, rows in (
        ("Others, over the best arm without synthetic images", [(arm.arm, arm.over_real) for arm in swept]),
        ("Others, over repeats in the same slots", [(arm.arm, arm.over_replay) for arm in swept]),
    ):
        groups.append(Group(title, [Row(name, found, decides=False) for name, found in rows if found is not None]))
    said = "; ".join(f"{row.name} {words.points(row.found.estimate)}" for group in groups for row in group.rows)
    return forest(f"Differences in balanced accuracy: {said}", groups, record.protocol.delta, "balanced accuracy")


def _verdict_rows(read: Reading) -> list[Row]:
    rows = [Row(f"{read.synthetic} over {read.real}, best without", read.over_real)]
    if read.over_replay is not None:
        rows.append(Row(f"{read.synthetic} over {read.replay}, repeats", read.over_replay))
    if read.control is not None:
        rows.append(Row(f"{read.control.arm} over {read.control.other}, new real", read.control))
    return rows


def class_forest(record: EffectRecord, share: ShareOutcome) -> Markup:
    """Return the plot of what synthetic images do to each diagnosis."""
    groups = [
        Group("Over the best arm without them", [Row(each.diagnosis, each.over_real) for each in share.classes]),
        Group("Over repeats", [Row(each.diagnosis, each.over_replay) for each in share.classes]),
    ]
    said = "; ".join(f"{each.diagnosis} {words.points(each.over_replay.estimate)}" for each in share.classes)
    return forest(f"Differences in recall over repeats: {said}", groups, record.protocol.delta, "recall")


def debunked(record: EffectRecord, share: ShareOutcome) -> list[tuple[str, Reading]]:
    """Return what is found without each safeguard, and without all of them, where the records tell."""
    sets: list[tuple[tuple[str, ...], str]] = [((name,), told) for name, told in record.switches.items()]
    sets.append((tuple(record.switches), "Leave out all of these at once."))
    found = [(told, share.reading(switches)) for switches, told in sets]
    return [(told, read) for told, read in found if read is not None]


def _compared(record: EffectRecord, share: ShareOutcome) -> list[Compared]:
    read = share.verdict
    arms = [] if read is None else [share.arm(read.synthetic), share.arm(read.real)]
    return [
        Compared(
            arm,
            confusion_rows(record.classes, arm.confusion),
            reliability_picture([Bin(each.n, each.confidence, each.accuracy) for each in arm.reliability]),
        )
        for arm in arms
        if arm is not None
    ]
