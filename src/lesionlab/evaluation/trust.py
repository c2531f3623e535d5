"""How far a classifier's probabilities and prediction sets may be trusted on a part."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.blas import one_blas_thread
from lesionlab.core.seeds import derive_seed
from lesionlab.data.calibration_half import calibration_half
from lesionlab.data.prepared import Part
from lesionlab.evaluation.shares import share_interval
from lesionlab.inference.calibrating import calibrator_of, sample_of
from lesionlab.metrics.calibration import (
    BINS,
    Bin,
    brier_each,
    calibration_error,
    debiased_error,
    log_loss_each,
    perfect_models_error,
    reliability,
)
from lesionlab.metrics.calibrator import Sample, cross_fitted
from lesionlab.metrics.classification import mean_by_lesion
from lesionlab.metrics.conformal import CLAIM_FROM
from lesionlab.metrics.resampling import percentile_interval, resamples
from lesionlab.records.card import Metric, ModelCard

Doubles = NDArray[np.float64]

LEAST_IN_BIN = 10  # lesions; with fewer there are fewer bins
UNCALIBRATED = "as trained: not calibrated, at the prior of the training"
CROSS_FITTED = "calibration cross-fitted: of the half that calibrates, each fifth by a fit to the others"
OF_THE_CARD = "calibrated as the card tells, on other lesions"


@dataclass(frozen=True, eq=False)
class Trusted:
    """What is judged: probabilities [L, C] and truth [L] of lesions, and sets of one image of each where there are any.

    `prior` [C] is what could be said without looking at an image.
    """

    how: str
    probabilities: Doubles
    truth: NDArray[np.int64]
    prior: Doubles
    sets: NDArray[np.bool_] | None  # [L, C]
    set_truth: NDArray[np.int64]

    @property
    def reliability(self) -> tuple[Bin, ...]:
        """Bins of equal numbers of lesions, by confidence."""
        return reliability(self.probabilities, self.truth, min(BINS, max(1, len(self.truth) // LEAST_IN_BIN)))


@one_blas_thread()
def trusted(card: ModelCard, part: Part, logits: NDArray[np.floating]) -> Trusted:
    """Return probabilities and sets of a part's lesions from logits [n, C] of its images.

    On the very validation part that the card was calibrated on, they are cross-fitted over the half that calibrated.
    """
    calibrator, sample = calibrator_of(card), sample_of(card, part, logits)
    if card.calibration is None:
        return _trusted(UNCALIBRATED, sample, calibrator.probabilities(logits), _trained_prior(card), None)
    if part.name == "validation" and card.calibration.split_sha256 == part.data.split.sha256:
        half = frozenset(calibration_half(part).groups)
        sample = sample.take(np.array([group in half for group in part.groups]))
        found, sets = cross_fitted(sample)
        return _trusted(CROSS_FITTED, sample, found, calibrator.prior, sets)
    probabilities = calibrator.probabilities(logits)
    return _trusted(OF_THE_CARD, sample, probabilities, calibrator.prior, calibrator.sets(probabilities))


def _trusted(
    how: str, sample: Sample, by_image: NDArray[np.floating], prior: Doubles, sets: NDArray[np.bool_] | None
) -> Trusted:
    probabilities, truth = mean_by_lesion(by_image, sample.labels, sample.lesions)
    one = sample.one_each
    return Trusted(how, probabilities, truth, prior, None if sets is None else sets[one], sample.labels[one])


def _trained_prior(card: ModelCard) -> Doubles:
    counts = np.array([max(card.training.images_per_class.get(code, 0), 0.5) for code in card.classes])
    return np.asarray(counts / counts.sum(), np.float64)


@one_blas_thread()
def trust_metrics(found: Trusted, template: Metric) -> list[Metric]:
    """Return Brier score, likelihood and errors of calibration, then coverage and size of the prediction sets."""
    template = replace(template, n=len(found.truth), caveat=found.how)
    alone = np.broadcast_to(found.prior, found.probabilities.shape)
    drawn = resamples(found.truth, derive_seed("intervals of probabilities"))
    metrics = []
    for name, each in (("brier", brier_each), ("log_loss", log_loss_each)):
        losses = each(found.probabilities, found.truth)
        low, high = percentile_interval(losses @ drawn / len(losses))
        ruler = {"the prior alone": float(each(alone, found.truth).mean())}
        metrics.append(replace(template, name=name, value=float(losses.mean()), low=low, high=high, ruler=ruler))
    bins = found.reliability
    plain = replace(template, name="calibration_error", value=calibration_error(bins))
    if bins[0].n < 2:
        return [*metrics, plain]
    limit = perfect_models_error(found.probabilities, derive_seed("perfect models"), bins=len(bins))
    ruler = {"19 of 20 perfect models below": limit}
    debiased = replace(template, name="debiased_calibration_error", value=debiased_error(bins), ruler=ruler)
    return [*metrics, debiased, plain, *_set_metrics(found, template)]


def _set_metrics(found: Trusted, template: Metric) -> list[Metric]:
    if found.sets is None:
        return []
    held = found.sets[np.arange(len(found.set_truth)), found.set_truth]
    sizes = found.sets.sum(axis=1)
    return [
        _coverage(replace(template, name="coverage"), held),
        replace(template, name="set_size", value=float(sizes.mean())),
    ]


def class_coverage(found: Trusted, classes: tuple[str, ...], template: Metric) -> list[Metric]:
    """Return the coverage of each class that has lesions enough for one to be told, `of` its code."""
    if found.sets is None:
        return []
    held = found.sets[np.arange(len(found.set_truth)), found.set_truth]
    template = replace(template, name="coverage", caveat=found.how)
    counts = np.bincount(found.set_truth, minlength=len(classes))
    return [
        _coverage(replace(template, of=code), held[found.set_truth == label])
        for label, code in enumerate(classes)
        if counts[label] >= CLAIM_FROM
    ]


def _coverage(metric: Metric, held: NDArray[np.bool_]) -> Metric:
    low, high = share_interval(int(np.count_nonzero(held)), len(held))
    return replace(metric, value=float(held.mean()), n=len(held), low=low, high=high)
