"""Agreement: how often a classifier decides for the diagnosis that was asked for, beside how often on real images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.progress import Progress, silent
from lesionlab.core.seeds import derive_seed
from lesionlab.evaluation.quality import MACRO, REAL
from lesionlab.inference.predictor import Predictor
from lesionlab.metrics.intervals import halves, interval
from lesionlab.records.card import Metric

BATCH = 64
DRAWS = 1000
LEAST_IN_HALVES = 4  # images of each class, below which halves say nothing

Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Decided:
    """Images' diagnoses, as asked for or true, and what a classifier decided: int64 [n] each."""

    asked: Labels
    decided: Labels

    def of_class(self, label: int) -> NDArray[np.bool_]:
        """Return for each image of a class whether the classifier agreed."""
        return np.asarray((self.decided == label)[self.asked == label], dtype=bool)


def decide(predictor: Predictor, images: NDArray[np.uint8], asked: Labels, progress: Progress = silent) -> Decided:
    """Let a classifier decide about images uint8 [n, S, S, 3] before any filter."""
    classes, decided = predictor.card.classes, []
    for start in range(0, len(images), BATCH):
        found = predictor.predict(list(images[start : start + BATCH]))
        decided += [classes.index(prediction.decision) for prediction in found]
        progress(len(decided), len(images))
    return Decided(asked, np.array(decided, dtype=np.int64))


def agreement_metrics(
    synthetic: Decided, real: Decided | None, classes: Sequence[str], template: Metric
) -> list[Metric]:
    """Return the mean over the classes that were asked for, and the agreement of each; `template` names the judge.

    The interval is that of half-samples of the synthetic images; beside it stands the agreement on the real images.
    """
    asked = np.unique(synthetic.asked).tolist()
    scopes = {MACRO: asked, **{classes[label]: [label] for label in asked}}
    return [_metric(replace(template, name="agreement", of=of), synthetic, real, each) for of, each in scopes.items()]


def _metric(template: Metric, synthetic: Decided, real: Decided | None, labels: Sequence[int]) -> Metric:
    hits = [synthetic.of_class(label) for label in labels]
    value, n = _mean(hits), sum(map(len, hits))
    low: float | None = None
    high: float | None = None
    if min(map(len, hits)) >= LEAST_IN_HALVES:
        low, high = interval(value, np.mean([_drawn(*pair) for pair in zip(hits, labels, strict=True)], axis=0))
    metric = replace(template, value=value, n=n, unit="images", low=low, high=high)
    truth = [] if real is None else [real.of_class(label) for label in labels]
    if not truth or not all(map(len, truth)):
        return metric
    return replace(metric, ruler={REAL: _mean(truth)}, caveat=f"{REAL}: n = {sum(map(len, truth)):,}")


def _mean(hits: Sequence[NDArray[np.bool_]]) -> float:
    return float(np.mean([of_class.mean() for of_class in hits]))


def _drawn(hits: NDArray[np.bool_], label: int) -> NDArray[np.float64]:
    """Return the share of hits in each of many halves: float64 [draws]."""
    some = halves(len(hits), DRAWS, derive_seed("agreement", label))
    return np.asarray((some & hits).sum(axis=1) / some.sum(axis=1), np.float64)
