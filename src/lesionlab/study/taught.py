"""What a generator's images teach a classifier, as figures for its card: beside as many real ones, and chance."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.progress import Progress
from lesionlab.data.prepared import Part
from lesionlab.evaluation.sampled import labels_of, sampled
from lesionlab.inference.sampler import Sampler
from lesionlab.metrics.resampling import percentile_interval, resamples
from lesionlab.records.card import Metric
from lesionlab.records.options import ClassifierOptions
from lesionlab.study.tstr import Told, told_by

FIRST_SEED = 2_000_000  # the monitor chose by those from 1,000,000
Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Lesson:
    """A classifier to be taught twice, from synthetic and from real images alone, and tested on the same lesions."""

    sampler: Sampler
    training: Part  # what the generator learned from, and the real images to teach with
    tested: Part
    judge: ClassifierOptions

    def metrics(self, drawing: Callable[[str, str], AbstractContextManager[Progress]]) -> tuple[Metric, ...]:
        """Return TSTR, with that of real images as its ruler, and what `figures` makes of both, each with its interval.

        As many synthetic images of each class as real ones, equal steps, one seed. Intervals are over lesions.
        """
        size, seed = self.sampler.card.image.size_px, self.judge.seed
        counts = np.bincount(self.training.labels, minlength=len(self.training.classes)).tolist()
        with drawing("Sampling", "images") as progress:
            images = sampled(self.sampler, counts, FIRST_SEED, progress)
        with drawing("Classifier on synthetic images", "kimg") as progress:
            synthetic = told_by(images, labels_of(counts), self.tested, self.judge, seed, progress)
        with drawing("Classifier on real images", "kimg") as progress:
            real = told_by(self.training.images(size), self.training.labels, self.tested, self.judge, seed, progress)
        return figures(synthetic, real, len(self.tested.classes), self.tested.name)


def figures(synthetic: Told, real: Told, classes: int, part: str) -> tuple[Metric, ...]:
    """Return TSTR, and (TSTR - chance) / (TRTR - chance), of two classifiers that were asked for the same lesions.

    Where real images taught no more than chance may have, there is nothing to be a share of: TSTR comes alone.
    """
    weights = np.column_stack([np.ones(len(real.truth)), resamples(real.truth, seed=0)])
    on_synthetic, on_real = (_balanced(told, weights) for told in (synthetic, real))
    chance = 1 / classes
    ruler = {"real images": float(on_real[0]), "chance": chance}
    tstr = _metric("tstr", on_synthetic, part, len(real.truth), ruler)
    if percentile_interval(on_real[1:])[0] <= chance:
        return (replace(tstr, caveat="as many real images taught no more than chance may have"),)
    share = (on_synthetic - chance) / (on_real - chance)
    return tstr, _metric("tstr_corrected", share, part, len(real.truth), {"real images": 1.0, "chance": 0.0})


def _balanced(told: Told, weights: Doubles) -> Doubles:
    """Return the mean of the recalls under each column of weights [lesions, R]."""
    right = (told.truth == told.decision)[:, None] * weights
    classes = [told.truth == label for label in np.unique(told.truth)]
    found: Doubles = np.mean([right[rows].sum(axis=0) / weights[rows].sum(axis=0) for rows in classes], axis=0)
    return found


def _metric(name: str, values: Doubles, part: str, lesions: int, ruler: dict[str, float]) -> Metric:
    low, high = percentile_interval(values[1:])
    return Metric(name, float(values[0]), lesions, "lesions", part, low=low, high=high, ruler=ruler)
