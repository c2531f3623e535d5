"""A generator's report as text: a table for each metric, its ruler beside each figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lesionlab.evaluation.confusion_table import confusion_table
from lesionlab.evaluation.strata import learned_from
from lesionlab.records.card import Metric, figure

if TYPE_CHECKING:
    from lesionlab.evaluation.generator import GeneratorReport

SCOPES = {"": "all images", "macro": "mean over classes"}
PLAIN = {
    "kid": "KID: how far the two sets lie apart; 0 for sets of one kind, within chance also below it",
    "fid": "FID: likewise, for normal distributions; it grows as n shrinks",
    "precision": "Precision: synthetic images that lie among real ones",
    "recall": "Recall: real images that lie among synthetic ones",
    "density": "Density: how densely synthetic images lie among real ones; about 1 for sets of one kind",
    "coverage": "Coverage: real images with a synthetic one near by",
    "two_sample_accuracy": "Two-sample accuracy: how often the nearest neighbour is of one's own set; .5 is the aim",
    "grid_index": "Grid index: spectral power every 2, 4 and 8 pixels, against its neighbourhood's",
    "copies": "Copies: images nearer to a training image than the limit, which lets 1% of held-out real images ring",
    "authenticity": "Authenticity: median distance to a training image, by that image's to another lesion; 0: copies",
    "membership_auc": "Membership AUC: how well synthetic images tell training images from others; .5 is not at all",
    "tstr": "TSTR: balanced accuracy of a classifier that learned from synthetic images alone, on real lesions",
    "tstr_corrected": "TSTR over chance, as a share of what as many real images taught over chance",
    "copies_found": "Copies found: planted copies of training images below the limit; real images ring falsely",
    "lesions_refused": "Lesions refused: lesions, any image of which the scope takes for something else",
    "drawings_refused": "Drawings refused: procedural pictures without a lesion, of many kinds, that get no result",
    "photos_refused": "Photographs refused: photographs without a lesion that get no result",
    "out_of_scope": "Out of scope: images that the classifier's scope takes for something else than a lesion",
    "agreement": "Agreement: the classifier decides for the diagnosis asked for",
}


def report_text(report: GeneratorReport) -> str:
    """Return a report as tables for people."""
    each = report.images // len(report.classes)
    head = (
        f"{report.images:,} synthetic images, seeds {report.first_seed} to {report.first_seed + each - 1} of each class"
    )
    blocks = [metric_table([m for m in report.metrics if m.name == name]) for name in _names(report.metrics)]
    return "\n".join(
        [
            head,
            *_against(report),
            "",
            *(line for block in blocks for line in [*block, ""]),
            "Decisions of the classifier (rows: asked for, columns: decided)",
            *confusion_table(report.classes, report.confusion, "agreement"),
            "",
            "Agreement says that a classifier trained on real images tells the classes apart in these images. It says",
            "nothing of clinical relevance; above the classifier's own recall it means caricature, not quality.",
            "",
            *_learned(report),
            report.notice,
        ]
    )


def metric_table(metrics: Sequence[Metric]) -> list[str]:
    """Return the figures of one metric: a line each, with n, interval and ruler."""
    first = metrics[0]
    seen = f" [{first.space}]" if first.space else f" [judged by {first.judge}]" if first.judge else ""
    ruler = list(dict.fromkeys(name for metric in metrics for name in metric.ruler))
    times = first.name == "fid" and "real images" in ruler
    head = ["", "n", "value", "95% interval", *(["x real images"] if times else []), *ruler]
    rows = [_row(metric, ruler, times) for metric in metrics]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = ["  " + "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in [head, *rows]]
    notes = [f"  {_scope(metric)}: {metric.caveat}" for metric in metrics if metric.caveat and metric.of in SCOPES]
    return [PLAIN.get(first.name, first.name) + seen, *lines, *notes]


def _row(metric: Metric, ruler: Sequence[str], times: bool) -> list[str]:
    between = "" if metric.low is None or metric.high is None else f"{figure(metric.low)} to {figure(metric.high)}"
    floor = metric.ruler.get("real images", 0.0)
    ratio = [f"{metric.value / floor:.2f}" if floor > 0 else ""] if times else []
    beside = [figure(metric.ruler[name]) if name in metric.ruler else "" for name in ruler]
    return [_scope(metric), f"{metric.n:,}", metric.text, between, *ratio, *beside]


def _scope(metric: Metric) -> str:
    return SCOPES.get(metric.of, metric.of)


def _names(metrics: Sequence[Metric]) -> list[str]:
    return list(dict.fromkeys(metric.name for metric in metrics))


def _against(report: GeneratorReport) -> list[str]:
    """Say what the figures are held against, and what the part is good for."""
    if not report.part:
        return ["Without --data, agreement alone: the other figures need real images to be held against."]
    lines = [
        f"Against real images of {report.data}, {report.part} part (split {report.split_sha256[:12]}): figures are",
        "means over random halves of it, each against as many synthetic images; n are the images of each side. Beside",
        "them stands what other images have at the same n and classes: real ones of the other half, and these blurred.",
    ]
    if report.part == "validation":
        lines.append("This part is for choosing; what is reported comes from the test part, which chose nothing.")
    return lines


def _learned(report: GeneratorReport) -> list[str]:
    """A synthetic image has no source of its own; what both models learned from is what can be told."""
    pairs = (("The generator", report.trained_on), ("The classifier", report.judge_trained_on))
    lines = [f"{who} learned from: {learned_from(sources)}" for who, sources in pairs if sources]
    return [*lines, ""] if lines else []
