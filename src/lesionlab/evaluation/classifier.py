"""Evaluate an exported classifier on a part of a split, lesion by lesion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lesionlab.core.errors import DataError
from lesionlab.core.notice import NOTICE
from lesionlab.core.progress import Progress, silent
from lesionlab.data.prepared import Part
from lesionlab.evaluation.classes_there import among_classes_there
from lesionlab.evaluation.confusion_table import confusion_table
from lesionlab.evaluation.strata import Stratum, learned_from, strata, strata_lines
from lesionlab.inference.predictor import Predictor
from lesionlab.metrics.classification import (
    accuracy,
    balanced_accuracy,
    confusion_matrix,
    macro_auc,
    mean_by_lesion,
    recalls,
)
from lesionlab.records.card import Metric
from lesionlab.records.split import EXTERNAL

BATCH = 64


@dataclass(frozen=True)
class ClassifierReport:
    """What a classifier does on one part: metrics with n, recall per class, confusion (rows: truth)."""

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
    trained_on: dict[str, int]  # source -> training images, as the model's card tells
    notice: str = NOTICE

    def to_text(self) -> str:
        """Return the report as a table for people."""
        head = f"{self.data}, {self.part}: {self.lesions:,} lesions, {self.images:,} images"
        width = max(20, *(len(m.name) for m in self.metrics))
        figures = [f"  {m.name.replace('_', ' '):<{width}} {m.value:6.3f}   n = {m.n:,} {m.unit}" for m in self.metrics]
        learned = [f"Learned from: {learned_from(self.trained_on)}", ""] if self.trained_on else []
        title = "Confusion by lesion (rows: truth, columns: decision)"
        return "\n".join(
            [
                head,
                "",
                *figures,
                *strata_lines(self.strata),
                "",
                title,
                *confusion_table(self.classes, self.confusion),
                "",
                *learned,
                self.notice,
            ]
        )


def evaluate_classifier(predictor: Predictor, part: Part, progress: Progress = silent) -> ClassifierReport:
    """Predict every image of a part, average by lesion and measure.

    Raises:
        DataError: the class lists of the model and the data differ.
    """
    classes = predictor.card.classes
    if classes != part.classes:
        raise DataError(
            f"The model knows {', '.join(classes)}; the data has {', '.join(part.classes)}.",
            "Evaluate a model on data with its own class list.",
        )
    by_image = _predict(predictor, part, progress)
    probabilities, truth = mean_by_lesion(by_image, part.labels, part.lesions)
    confusion = confusion_matrix(truth, probabilities.argmax(axis=1), len(classes))
    values = {
        "balanced_accuracy": balanced_accuracy(confusion),
        "accuracy": accuracy(confusion),
        "macro_auc": macro_auc(probabilities, truth),
        **among_classes_there(probabilities, truth),
    }
    elsewhere = part.data.name if part.name == EXTERNAL else ""
    recall = recalls(confusion)
    return ClassifierReport(
        model_sha256=predictor.card.weights_sha256,
        data=part.data.name,
        split_sha256=part.data.split.sha256,
        part=part.name,
        images=len(part.labels),
        lesions=len(truth),
        classes=classes,
        metrics=tuple(
            Metric(name, value, len(truth), "lesions", part.name, data=elsewhere) for name, value in values.items()
        ),
        recall_per_class={c: float(r) for c, r in zip(classes, recall, strict=True)},
        lesions_per_class={c: int(n) for c, n in zip(classes, confusion.sum(axis=1), strict=True)},
        confusion=tuple(tuple(int(n) for n in row) for row in confusion),
        strata=strata(part, by_image),
        trained_on=predictor.card.training.images_per_source,
    )


def _predict(predictor: Predictor, part: Part, progress: Progress) -> np.ndarray:
    images = part.images(predictor.card.image.size_px)
    rows = []
    for start in range(0, len(images), BATCH):
        rows += [p.probabilities for p in predictor.predict(list(images[start : start + BATCH]))]
        progress(min(start + BATCH, len(images)), len(images))
    return np.stack(rows)
