"""Measure a generator: what a classifier sees in its images, and how far they lie from real images it never saw."""

from __future__ import annotations

from dataclasses import dataclass

from lesionlab.core.errors import InputError, ModelError
from lesionlab.core.notice import NOTICE
from lesionlab.core.progress import Progress, silent
from lesionlab.evaluation.against_real import Against, measured
from lesionlab.evaluation.agreement import agreement_metrics, decide
from lesionlab.evaluation.generator_text import report_text
from lesionlab.evaluation.nearest import Near
from lesionlab.evaluation.sampled import labels_of, sampled
from lesionlab.inference.predictor import Predictor
from lesionlab.inference.sampler import Sampler
from lesionlab.metrics.classification import confusion_matrix
from lesionlab.records.card import Metric


@dataclass(frozen=True)
class GeneratorReport:
    """Figures of a generator, each with n, interval, space and ruler; confusion (rows: asked for, columns: decided).

    Without real images it holds agreement alone, and `part` is blank.
    """

    model_sha256: str
    judge_sha256: str
    first_seed: int
    images: int  # that the classifier judged
    classes: tuple[str, ...]
    metrics: tuple[Metric, ...]
    confusion: tuple[tuple[int, ...], ...]
    trained_on: dict[str, int]  # source -> training images, as the generator's card tells
    judge_trained_on: dict[str, int]  # likewise of the classifier
    data: str = ""  # of the real images
    split_sha256: str = ""
    part: str = ""
    nearest: tuple[Near, ...] = ()  # the synthetic images that come nearest to a training image, nearest first
    notice: str = NOTICE

    def to_text(self) -> str:
        """Return the report as tables for people."""
        return report_text(self)


def evaluate_generator(
    sampler: Sampler,
    predictor: Predictor,
    per_class: int,
    first_seed: int = 0,
    progress: Progress = silent,
    against: Against | None = None,
) -> GeneratorReport:
    """Sample `per_class` images of each class for the classifier; hold others against real images if there are some.

    Raises:
        InputError: `per_class` is below 1, or as `measured` raises it.
        ModelError: the models have different class lists.
        DataError: as `measured` raises it.
    """
    if per_class < 1:
        raise InputError(f"{per_class} images of each class are too few.", "Ask for at least 1; 100 say something.")
    classes = sampler.card.classes
    for card in (predictor.card, *(other.card for other in (against.beside.values() if against else ()))):
        if classes != card.classes:
            raise ModelError(
                f"The generator knows {', '.join(classes)}; the {card.kind} {', '.join(card.classes)}.",
                "Choose models with one class list.",
            )
    counts = [per_class] * len(classes)
    asked = labels_of(counts)
    synthetic = decide(predictor, sampled(sampler, counts, first_seed, progress), asked, progress)
    metrics: list[Metric] = []
    near: list[Near] = []
    real = None
    if against is not None:
        metrics, near = measured(sampler, against, first_seed, progress)
        images = against.part.images(sampler.card.image.size_px)
        real = decide(predictor, images, against.part.labels, progress)
    judge = Metric("agreement", 0.0, 0, "images", "synthetic", predictor.card.weights_sha256[:12])
    confusion = confusion_matrix(asked, synthetic.decided, len(classes))
    return GeneratorReport(
        model_sha256=sampler.card.weights_sha256,
        judge_sha256=predictor.card.weights_sha256,
        first_seed=first_seed,
        images=len(asked),
        classes=classes,
        metrics=(*metrics, *agreement_metrics(synthetic, real, classes, judge)),
        confusion=tuple(tuple(int(n) for n in row) for row in confusion),
        trained_on=sampler.card.training.images_per_source,
        judge_trained_on=predictor.card.training.images_per_source,
        data=against.part.data.name if against else "",
        split_sha256=against.part.data.split.sha256 if against else "",
        part=against.part.name if against else "",
        nearest=tuple(near),
    )
