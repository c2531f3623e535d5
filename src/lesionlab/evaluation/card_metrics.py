"""Write measured figures into the card of the model they were measured on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from lesionlab.core.errors import ModelError
from lesionlab.evaluation.classifier import ClassifierReport
from lesionlab.evaluation.generator import GeneratorReport
from lesionlab.records.card import Metric, ModelCard, read_card, write_card
from lesionlab.records.split import EXTERNAL

PARTS = ("validation", "test", "external", "synthetic")


def write_to_card(folder: Path, report: ClassifierReport | GeneratorReport) -> ModelCard:
    """Put a report's metrics and confusion into the card of an export; earlier ones of this name and part go.

    Raises:
        ModelError: the report was measured on other weights.
    """
    card = read_card(folder)
    if report.model_sha256 != card.weights_sha256:
        raise ModelError(
            f"The report is of {report.model_sha256[:12]}, the card of {card.weights_sha256[:12]}.",
            "Evaluate this model again.",
        )
    part = report.part if isinstance(report, ClassifierReport) else "synthetic"
    card = with_metrics(card, report.metrics)
    if part != EXTERNAL:  # the matrix in the card is of the model's own data
        card = replace(card, confusion=report.confusion, confusion_part=part)
    write_card(folder, card)
    return card


def with_metrics(card: ModelCard, metrics: Sequence[Metric]) -> ModelCard:
    """Return a card with these metrics in the place of those of the same names, parts and data."""
    new = {_key(metric) for metric in metrics}
    kept = [metric for metric in card.metrics if _key(metric) not in new]
    return replace(card, metrics=tuple(sorted([*kept, *metrics], key=_rank)))


def _rank(metric: Metric) -> tuple[bool, int]:
    """Put what the stopping point was chosen by behind what was measured afterwards; then part by part."""
    return metric.name.endswith("_at_choice"), PARTS.index(metric.part)


def _key(metric: Metric) -> tuple[str, str, str]:
    return metric.name, metric.part, metric.data
