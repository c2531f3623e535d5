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
from lesionlab.records.effect_pictures import class_forest, share_forest
from lesionlab.records.protocol import protocol_as_toml
from lesionlab.records.report_page import render_report

SHOWN = (
    "balanced_accuracy", "accuracy", "macro_auc", "macro_average_precision", "melanoma_sensitivity_at_80",
    "melanoma_sensitivity_at_90", "specificity_on_biopsied_nevi", "worst_subgroup", "brier", "log_loss",
    "debiased_calibration_error",
)  # fmt: skip
SHORT = {
    "balanced_accuracy": "Balanced accuracy",
    "accuracy": "Accuracy",
    "macro_auc": "AUC",
    "macro_average_precision": "Average precision",
    "melanoma_sensitivity_at_80": "Melanomas at 80%",
    "melanoma_sensitivity_at_90": "Melanomas at 90%",
    "specificity_on_biopsied_nevi": "Biopsied nevi spared",
    "worst_subgroup": "Worst subgroup",
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
