"""Evaluate an exported classifier on a part of a split, lesion by lesion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lesionlab.core.notice import NOTICE
from lesionlab.core.progress import Progress, silent
from lesionlab.core.stratum_values import stratum_value
from lesionlab.data.prepared import Part
from lesionlab.evaluation.classifier_figures import Lesions, class_metrics, classifier_metrics
from lesionlab.evaluation.classifier_text import report_text
from lesionlab.evaluation.strata import Stratum, strata, worst_subgroup
from lesionlab.evaluation.trust import class_coverage, trust_metrics, trusted
from lesionlab.inference.calibrating import calibrator_of, check_classes
from lesionlab.inference.part_logits import part_logits
from lesionlab.inference.predictor import Predictor
from lesionlab.metrics.calibration import Bin
from lesionlab.metrics.classification import confusion_matrix, mean_by_lesion, recalls
from lesionlab.records.card import Metric
from lesionlab.records.split import EXTERNAL

BIOPSIED = "histo"  # how a diagnosis was made, in the column dx_type


@dataclass(frozen=True)
class ClassifierReport:
    """What a classifier does on one part: metrics with n and interval, confusion (rows: truth), strata, reliability."""

    model_sha256: str
    data: str
    split_sha256: str
    part: str
    images: int
    lesions: int
    classes: tuple[str, ...]
    metrics: tuple[Metric, ...]
    recall_per_class: dict[str, float]
    lesions_per_class: dict[str, int]
    confusion: tuple[tuple[int, ...], ...]
    strata: tuple[Stratum, ...]
    trust: str  # how the probabilities that are judged came about
    reliability: tuple[Bin, ...]
    trained_on: dict[str, int]  # source -> training images, as the model's card tells
    averaged: bool = False  # whether each image was seen in its eight views
    notice: str = NOTICE

    def to_text(self) -> str:
        """Return the report as tables for people."""
        return report_text(self)


def evaluate_classifier(
    predictor: Predictor, part: Part, progress: Progress = silent, *, averaged: bool = False
) -> ClassifierReport:
    """Predict every image of a part, `averaged` over its eight views or as it is, average by lesion and measure.

    Raises:
        DataError: the class lists of the model and the data differ.
    """
    card = predictor.card
    check_classes(card, part)
    logits = part_logits(predictor, part, progress, averaged=averaged)
    calibrator = calibrator_of(card)
    by_image = calibrator.probabilities(logits)
    probabilities, truth = mean_by_lesion(by_image, part.labels, part.lesions)
    lesions = Lesions(card.classes, probabilities, probabilities / calibrator.prior, truth, _biopsied(part))
    confusion = confusion_matrix(truth, lesions.decision, len(card.classes))
    by_stratum = strata(part, by_image / calibrator.prior)
    judged = trusted(card, part, logits)
    elsewhere = part.data.name if part.name == EXTERNAL else ""
    template = Metric("", 0.0, len(truth), "lesions", part.name, data=elsewhere)
    return ClassifierReport(
        model_sha256=card.weights_sha256,
        data=part.data.name,
        split_sha256=part.data.split.sha256,
        part=part.name,
        images=len(part.labels),
        lesions=len(truth),
        classes=card.classes,
        metrics=(
            *classifier_metrics(lesions, template),
            *worst_subgroup(by_stratum, template),
            *trust_metrics(judged, template),
            *class_metrics(lesions, template),
            *class_coverage(judged, card.classes, template),
        ),
        recall_per_class={c: float(r) for c, r in zip(card.classes, recalls(confusion), strict=True)},
        lesions_per_class={c: int(n) for c, n in zip(card.classes, confusion.sum(axis=1), strict=True)},
        confusion=tuple(tuple(int(n) for n in row) for row in confusion),
        strata=by_stratum,
        trust=judged.how,
        reliability=judged.reliability,
        trained_on=card.training.images_per_source,
        averaged=averaged,
    )


def _biopsied(part: Part) -> np.ndarray:
    """Return for each lesion, in the order seen, whether an image of it says that its diagnosis is a biopsy's."""
    how: dict[str, bool] = {}
    for lesion, given in zip(part.lesions, part.column("dx_type"), strict=True):
        how[lesion] = how.get(lesion, False) or stratum_value("dx_type", given) == BIOPSIED
    return np.array(list(how.values()), bool)
