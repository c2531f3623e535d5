"""A card's calibration, fitted from logits and put to work; it needs no engine, so that training may call it too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.blas import one_blas_thread
from lesionlab.core.errors import DataError, ModelError
from lesionlab.data.calibration_half import HALVING_SEED, choice_half
from lesionlab.data.prepared import Part
from lesionlab.metrics.calibrator import Calibrator, Sample, fit_calibrator
from lesionlab.metrics.conformal import Limits
from lesionlab.metrics.temperature_scaling import Scaling
from lesionlab.records.calibration import Calibration, PredictionSets
from lesionlab.records.card import ModelCard

Floats = NDArray[np.floating]

LEAST_LESIONS = 100  # fewer would fit temperature and biases to chance


@one_blas_thread()
def calibrate_card(card: ModelCard, half: Part, logits: Floats) -> ModelCard:
    """Return a card with temperature, biases, prior and limits of sets fitted on the `calibration_half`.

    `logits` [n, C] are the model's, of each image of the half. What was measured of earlier decisions goes.

    Raises:
        DataError: the class lists differ, the half has too few lesions or none of a class, or a logit is no number.
    """
    lesions = lesions_to_calibrate_on(card, half)
    fitted = fit_calibrator(sample_of(card, half, logits))
    assert fitted.limits is not None
    return replace(
        card,
        temperature=fitted.scaling.temperature,
        prior=_by_class(card.classes, fitted.prior),
        metrics=tuple(metric for metric in card.metrics if metric.name.endswith("_at_choice")),
        confusion=(),
        confusion_part="",
        calibration=Calibration(
            biases=_by_class(card.classes, fitted.scaling.biases),
            data=half.data.name,
            split_sha256=half.data.split.sha256,
            half_seed=HALVING_SEED,
            images=len(half.labels),
            lesions_per_class=lesions,
            sets=_sets(card.classes, fitted.limits),
            chose=_chose(card, half),
        ),
    )


def lesions_to_calibrate_on(card: ModelCard, half: Part) -> dict[str, int]:
    """Return how many lesions of each class there are in a half, when they suffice.

    Raises:
        DataError: the class lists differ, or the half has too few lesions or none of a class.
    """
    check_classes(card, half)
    label_of = dict(zip(half.lesions, half.labels.tolist(), strict=True))
    lesions = np.bincount(list(label_of.values()), minlength=len(card.classes))
    if lesions.sum() < LEAST_LESIONS:
        raise DataError(
            f"'{half.data.name}' has {lesions.sum():,} lesions to calibrate on; {LEAST_LESIONS} are needed.",
            "Prepare more images; without them the probabilities stay uncalibrated.",
        )
    lacking = [code for code, n in zip(card.classes, lesions, strict=True) if not n]
    if lacking:
        raise DataError(
            f"'{half.data.name}' has no lesion of {', '.join(lacking)} to calibrate on, among {lesions.sum():,}.",
            "Prepare more images of it; without them the probabilities stay uncalibrated.",
        )
    return {code: int(n) for code, n in zip(card.classes, lesions, strict=True)}


def _chose(card: ModelCard, half: Part) -> bool:
    """Tell whether the stopping point was chosen on more lesions than there are in the half that chooses."""
    choosing = len(set(choice_half(half.data.part(half.name)).lesions))
    return any(metric.name.endswith("_at_choice") and metric.n > choosing for metric in card.metrics)


def sample_of(card: ModelCard, part: Part, logits: Floats) -> Sample:
    """Return images of a part as a sample to calibrate on or measure.

    Raises:
        DataError: the class lists of model and data differ.
    """
    check_classes(card, part)
    return Sample(logits, part.labels, part.lesions, part.groups)


def check_classes(card: ModelCard, part: Part) -> None:
    """Refuse a part whose labels mean other classes than the model's.

    Raises:
        DataError: the class lists of model and data differ.
    """
    if card.classes != part.classes:
        raise DataError(
            f"The model knows {', '.join(card.classes)}; the data has {', '.join(part.classes)}.",
            "Take a model and data with the same class list.",
        )


def calibrator_of(card: ModelCard) -> Calibrator:
    """Return what a card tells about probabilities, at work; an uncalibrated one decides for the likeliest class.

    Raises:
        ModelError: the temperature is not above 0, or the calibration is of other classes or no numbers.
    """
    found, classes = card.calibration, len(card.classes)
    biases = np.zeros(classes) if found is None else _in_order(found.biases, card)
    prior = np.full(classes, 1 / classes) if found is None else _in_order(card.prior, card)
    if not (0 < card.temperature < np.inf and np.isfinite(biases).all() and (prior > 0).all()):
        raise ModelError(
            f"Temperature or prior in the card of {card.name} is not above 0, or a bias is no number.",
            "Calibrate or export the model again.",
        )
    return Calibrator(Scaling(card.temperature, biases), prior, None if found is None else _limits(found.sets, card))


def evenly(card: ModelCard, probabilities: Floats) -> Floats:
    """Return a model's probabilities [..., C] were all classes alike frequent: rare ones are not held against anyone.

    Those of a model that is not calibrated stay as they are: its training shared the attention out.
    """
    return probabilities if card.calibration is None else calibrator_of(card).balanced(probabilities)


def _sets(classes: Sequence[str], limits: Limits) -> PredictionSets:
    pairs = list(zip(classes, limits.limits.tolist(), limits.pooled.tolist(), strict=True))
    return PredictionSets(
        alpha=limits.alpha,
        limits={code: limit if np.isfinite(limit) else None for code, limit, _ in pairs},
        pooled=tuple(code for code, _, pooled in pairs if pooled),
    )


def _limits(sets: PredictionSets, card: ModelCard) -> Limits:
    finite = {code: np.inf if limit is None else limit for code, limit in sets.limits.items()}
    pooled = np.array([code in sets.pooled for code in card.classes])
    return Limits(sets.alpha, _in_order(finite, card), pooled)


def _by_class(classes: Sequence[str], values: Floats) -> dict[str, float]:
    return {code: float(value) for code, value in zip(classes, values, strict=True)}


def _in_order(values: dict[str, float], card: ModelCard) -> NDArray[np.float64]:
    if set(values) != set(card.classes):
        raise ModelError(
            f"The card of {card.name} is of {', '.join(card.classes)}, its calibration of {', '.join(values)}.",
            "Calibrate or export the model again.",
        )
    return np.array([values[code] for code in card.classes], np.float64)
