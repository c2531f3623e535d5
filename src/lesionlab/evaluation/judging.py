"""A whole batch of synthetic images before a classifier: does it see in them what was asked for?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import InputError
from lesionlab.core.notice import NOTICE
from lesionlab.core.progress import Progress, silent
from lesionlab.data.prepared import Part
from lesionlab.data.synthetic_set import SyntheticSet
from lesionlab.evaluation.agreement import Decided, agreement_metrics
from lesionlab.evaluation.quality import REAL
from lesionlab.evaluation.shares import share_interval
from lesionlab.inference.predictor import Predictor
from lesionlab.inference.scope import Scope
from lesionlab.metrics.classification import confusion_matrix
from lesionlab.records.card import Metric

AGREEMENT, OUT_OF_SCOPE = "agreement", "out_of_scope"
COLUMNS = 12  # images of a row of the sheet
BATCH = 64

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Judged:
    """What a classifier makes of a batch; metrics with n and interval, confusion (rows: asked for, columns: decided).

    `independent` is whether the classifier had no hand in choosing the images: one that filtered them agrees with what
    it kept.
    """

    judge: str
    judge_sha256: str
    generators: tuple[str, ...]  # SHA-256 of the weights of each
    images: int
    classes: tuple[str, ...]
    metrics: tuple[Metric, ...]
    confusion: tuple[tuple[int, ...], ...]
    independent: bool
    filtered: bool  # whether any classifier withheld images from the set
    data: str = ""  # of the real images beside
    part: str = ""
    notice: str = NOTICE

    @property
    def standing(self) -> str:
        """What the figures are good for, in a sentence."""
        if not self.independent:
            return (
                "Not independent: this classifier is the filter that chose these images, so it agrees with what it "
                "kept. The figures say nothing of the generator: judge with another classifier, or an unfiltered set."
            )
        if self.filtered:
            return (
                "Another classifier had filtered the set before: the figures are of what it kept, not of the generator."
            )
        return "The set was not filtered by a classifier: the figures are of the generator as it is."


@dataclass(frozen=True)
class Batch:
    """The images of a set, uint8 [n, S, S, 3], what was asked for, what was decided, and how sure of what was asked."""

    images: Pixels
    decided: Decided
    agreement: NDArray[np.float64]  # [n], the probability of the diagnosis asked for


def judge_set(predictor: Predictor, made: SyntheticSet, progress: Progress = silent) -> Batch:
    """Let a classifier decide about all images of a set.

    Raises:
        DataError: a file is missing or changed, or a diagnosis is none of the classifier's.
    """
    images, asked = made.pixels(predictor.card.image.size_px), made.labels(predictor.card.classes)
    decided, agreement = _decide(predictor, images, asked, progress)
    return Batch(images, decided, agreement)


def judged(
    predictor: Predictor, made: SyntheticSet, batch: Batch, real: Part | None = None, scope: Scope | None = None
) -> Judged:
    """Return the figures of a batch, beside those of real images of a part that the classifier did not learn from.

    Raises:
        InputError: the part has other classes.
    """
    card = predictor.card
    beside, unlike = None, None
    if real is not None:
        if real.classes != card.classes:
            raise InputError("The real images have other diagnoses than the classifier.", "Name data of its classes.")
        images = real.images(card.image.size_px)
        beside, _ = _decide(predictor, images, real.labels, silent)
        unlike = None if scope is None else scope.refuses(list(images))
    template = Metric(AGREEMENT, 0.0, 0, "images", "synthetic", card.weights_sha256[:12])
    metrics = agreement_metrics(batch.decided, beside, card.classes, template)
    if scope is not None:
        refused = scope.refuses(list(batch.images))
        metrics += _out_of_scope(refused, unlike, batch.decided.asked, card.classes, template)
    filters = {each.name for each in made.saw if each.role == "filter"}
    confusion = confusion_matrix(batch.decided.asked, batch.decided.decided, len(card.classes))
    return Judged(
        judge=card.name,
        judge_sha256=card.weights_sha256,
        generators=tuple(sorted({image.model_sha256 for image in made.images})),
        images=len(batch.images),
        classes=card.classes,
        metrics=tuple(metrics),
        confusion=tuple(tuple(int(n) for n in row) for row in confusion),
        independent=card.weights_sha256 not in filters,
        filtered=bool(filters),
        data=real.data.name if real else "",
        part=real.name if real else "",
    )


def sheet_rows(batch: Batch) -> list[list[Pixels]]:
    """Return a row of images for each diagnosis asked for: evenly picked, the classifier surest at the left."""
    rows = []
    for label in np.unique(batch.decided.asked).tolist():
        of_class = np.flatnonzero(batch.decided.asked == label)
        order = of_class[np.argsort(-batch.agreement[of_class], kind="stable")]
        picked = np.linspace(0, len(order) - 1, min(COLUMNS, len(order))).round().astype(int)
        rows.append([batch.images[row] for row in order[picked]])
    return rows


def _decide(
    predictor: Predictor, images: Pixels, asked: NDArray[np.int64], progress: Progress
) -> tuple[Decided, NDArray[np.float64]]:
    classes, decided, shares = predictor.card.classes, [], []
    for start in range(0, len(images), BATCH):
        found = predictor.predict(list(images[start : start + BATCH]))
        decided += [classes.index(each.decision) for each in found]
        shares += [each.probabilities for each in found]
        progress(len(decided), len(images))
    return Decided(asked, np.array(decided, np.int64)), np.stack(shares)[np.arange(len(asked)), asked].astype(float)


def _out_of_scope(
    refused: NDArray[np.bool_],
    unlike: NDArray[np.bool_] | None,
    asked: NDArray[np.int64],
    classes: Sequence[str],
    template: Metric,
) -> list[Metric]:
    scopes = {"": np.ones(len(asked), bool)} | {classes[label]: asked == label for label in np.unique(asked).tolist()}
    found = []
    for of, rows in scopes.items():
        hits, n = int(refused[rows].sum()), int(rows.sum())
        low, high = share_interval(hits, n)
        ruler = {REAL: float(unlike.mean())} if unlike is not None and of == "" else {}
        found.append(replace(template, name=OUT_OF_SCOPE, value=hits / n, n=n, of=of, low=low, high=high, ruler=ruler))
    return found
