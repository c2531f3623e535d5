"""A prediction made ready for the page: scores in order, the decision, and maps over the image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionlab.core import imaging
from lesionlab.core.diagnoses import Diagnosis, describe
from lesionlab.core.imaging import Pixels
from lesionlab.core.png import encode_png
from lesionlab.inference.heatmap import overlay
from lesionlab.inference.predictor import Prediction
from lesionlab.inference.scope import Judgement
from lesionlab.records.card import ModelCard
from lesionlab.web.data_address import data_address
from lesionlab.web.training_cases import CaseShown

MAPS_SHOWN = 3


@dataclass(frozen=True)
class Score:
    """One diagnosis with its score, 0 to 1."""

    diagnosis: Diagnosis
    probability: float


@dataclass(frozen=True)
class MapShown:
    """The activation map of one diagnosis, laid over the image, as a data: address."""

    score: Score
    image: str


@dataclass(frozen=True)
class Classification:
    """All that the result page shows of one image."""

    seen: str  # the image as the model saw it, as a data: address
    size_px: int
    map_side: int
    scores: tuple[Score, ...]  # the highest first
    decision: Score
    maps: tuple[MapShown, ...]
    prediction_set: tuple[Diagnosis, ...]  # empty where the classifier is not calibrated
    judgement: Judgement | None  # None where the classifier does not know its scope
    cases: tuple[CaseShown, ...]

    @property
    def refused(self) -> bool:
        """Whether the scores have no meaning, since this is no picture of a kind that the classifier knows."""
        return self.judgement is not None and not self.judgement.in_scope


def classification(
    pixels: Pixels,
    prediction: Prediction,
    card: ModelCard,
    judgement: Judgement | None = None,
    cases: tuple[CaseShown, ...] = (),
) -> Classification:
    """Arrange a prediction for one image, uint8 [H, W, 3], for the page."""
    size_px = card.image.size_px
    seen = imaging.square(pixels, size_px)
    in_card_order = [
        Score(describe(code), float(p)) for code, p in zip(card.classes, prediction.probabilities, strict=True)
    ]
    scores = tuple(sorted(in_card_order, key=lambda score: -score.probability))
    maps = tuple(
        MapShown(score, _map_over(seen, prediction.maps[card.classes.index(score.diagnosis.code)]))
        for score in scores[:MAPS_SHOWN]
    )
    decision = next(score for score in scores if score.diagnosis.code == prediction.decision)
    return Classification(
        seen=data_address(encode_png(seen)),
        size_px=size_px,
        map_side=prediction.maps.shape[-1],
        scores=scores,
        decision=decision,
        maps=maps,
        prediction_set=tuple(map(describe, prediction.prediction_set)),
        judgement=judgement,
        cases=cases,
    )


def _map_over(seen: Pixels, class_map: NDArray[np.float32]) -> str:
    return data_address(encode_png(overlay(seen, class_map)))


def about_scores(card: ModelCard) -> str:
    """Return in plain words what the scores of this classifier are, from its card."""
    if card.calibration is None:
        return f"The percentages are scores of the network, not calibrated probabilities. {_about_prior(card)}"
    lesions = sum(card.calibration.lesions_per_class.values())
    return (
        f"The percentages are probabilities, calibrated on {lesions:,} lesions of {card.calibration.data}, with the "
        f"diagnoses as frequent as there. {_about_prior(card)}"
    )


def about_decision(result: Classification) -> str:
    """Return why decision and likeliest diagnosis differ; blank where they do not."""
    likeliest = result.scores[0]
    if likeliest == result.decision:
        return ""
    decided = result.decision.diagnosis.name.lower()
    return (
        f"{likeliest.diagnosis.name} is likeliest where the diagnoses are as frequent as in the data. The decision "
        f"asks what the image itself speaks for, as if all were alike frequent: {decided}."
    )


def about_set(result: Classification, card: ModelCard) -> str:
    """Return in plain words what the prediction set of this classifier promises; blank where it has none."""
    if card.calibration is None:
        return ""
    share = 1 - card.calibration.sets.alpha
    names = ", ".join(diagnosis.name for diagnosis in result.prediction_set)
    return (
        f"Not ruled out: {names}. Of lesions like those of {card.calibration.data}, {share:.0%} have their diagnosis "
        "in such a list."
    )


def _about_prior(card: ModelCard) -> str:
    shares = card.prior
    if not shares or min(shares.values()) <= 0:
        return "The model's card does not say how frequent they take each diagnosis to be."
    most, least = max(shares, key=shares.__getitem__), min(shares, key=shares.__getitem__)
    ratio = shares[most] / shares[least]
    if ratio < 1.01:
        return "They treat all diagnoses as equally frequent, which they are not among patients."
    names = describe(most).name.lower(), describe(least).name.lower()
    return f"They take {names[0]} to be {ratio:.1f} times as frequent as {names[1]}; among patients it is otherwise."
