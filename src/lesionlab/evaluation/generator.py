"""Ask a classifier about a generator's images: how often does it see the diagnosis that was asked for?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lesionlab.core.errors import InputError, ModelError
from lesionlab.core.notice import NOTICE
from lesionlab.core.progress import Progress, silent
from lesionlab.evaluation.confusion_table import confusion_table
from lesionlab.evaluation.strata import learned_from
from lesionlab.inference.predictor import Predictor
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sampler import Sampler
from lesionlab.metrics.classification import balanced_accuracy, confusion_matrix
from lesionlab.records.card import Metric

BATCH = 64


@dataclass(frozen=True)
class GeneratorReport:
    """Agreement of a classifier with the diagnoses asked for, before any filter (rows: asked, columns: decided)."""

    model_sha256: str
    judge_sha256: str
    first_seed: int
    images: int
    classes: tuple[str, ...]
    metrics: tuple[Metric, ...]
    confusion: tuple[tuple[int, ...], ...]
    trained_on: dict[str, int]  # source -> training images, as the generator's card tells
    judge_trained_on: dict[str, int]  # likewise of the classifier
    notice: str = NOTICE

    def to_text(self) -> str:
        """Return the report as a table for people."""
        (agreement,) = self.metrics
        each = self.images // len(self.classes)
        lines = [
            f"{self.images:,} synthetic images, seeds {self.first_seed} to {self.first_seed + each - 1} of each class",
            "",
            f"  agreement {agreement.value:.3f}   n = {agreement.n:,} {agreement.unit}, judged by {agreement.judge}",
            "",
            "Decisions of the classifier (rows: asked for, columns: decided)",
            *confusion_table(self.classes, self.confusion, "agreement"),
            "",
            "Agreement says that a classifier trained on real images tells the classes apart in these images. It says",
            "nothing of clinical relevance; above the classifier's own recall it means caricature, not quality.",
            "",
            *self._learned(),
            self.notice,
        ]
        return "\n".join(lines)

    def _learned(self) -> list[str]:
        """A synthetic image has no source of its own; what both models learned from is what can be told."""
        pairs = (("The generator", self.trained_on), ("The classifier", self.judge_trained_on))
        lines = [f"{who} learned from: {learned_from(sources)}" for who, sources in pairs if sources]
        return [*lines, ""] if lines else []


def evaluate_generator(
    sampler: Sampler, predictor: Predictor, per_class: int, first_seed: int = 0, progress: Progress = silent
) -> GeneratorReport:
    """Sample `per_class` images of each class and let the classifier decide; agreement is macro-averaged.

    Raises:
        InputError: `per_class` is below 1.
        ModelError: the two models have different class lists.
    """
    if per_class < 1:
        raise InputError(f"{per_class} images of each class are too few.", "Ask for at least 1; 100 say something.")
    classes = sampler.card.classes
    if classes != predictor.card.classes:
        raise ModelError(
            f"The generator knows {', '.join(classes)}; the classifier {', '.join(predictor.card.classes)}.",
            "Choose two models with one class list.",
        )
    recipes = [Recipe(first_seed + i, code) for code in classes for i in range(per_class)]
    decided = []
    for start in range(0, len(recipes), BATCH):
        images = sampler.sample(recipes[start : start + BATCH])
        decided += [classes.index(prediction.decision) for prediction in predictor.predict(list(images))]
        progress(len(decided), len(recipes))
    asked = np.repeat(np.arange(len(classes)), per_class)
    confusion = confusion_matrix(asked, np.array(decided, dtype=np.int64), len(classes))
    judge = predictor.card.weights_sha256[:12]
    return GeneratorReport(
        model_sha256=sampler.card.weights_sha256,
        judge_sha256=predictor.card.weights_sha256,
        first_seed=first_seed,
        images=len(recipes),
        classes=classes,
        metrics=(Metric("agreement", balanced_accuracy(confusion), len(recipes), "images", "synthetic", judge),),
        confusion=tuple(tuple(int(n) for n in row) for row in confusion),
        trained_on=sampler.card.training.images_per_source,
        judge_trained_on=predictor.card.training.images_per_source,
    )
