"""A prediction made ready for the page: scores in order, the decision, and maps over the image."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionlab.core import imaging
from lesionlab.core.diagnoses import Diagnosis, describe
from lesionlab.core.imaging import Pixels
from lesionlab.core.png import encode_png
from lesionlab.inference.heatmap import overlay
from lesionlab.inference.predictor import Prediction
from lesionlab.records.card import ModelCard

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


def classification(pixels: Pixels, prediction: Prediction, card: ModelCard) -> Classification:
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
    return Classification(data_address(encode_png(seen)), size_px, prediction.maps.shape[-1], scores, decision, maps)


def _map_over(seen: Pixels, class_map: NDArray[np.float32]) -> str:
    return data_address(encode_png(overlay(seen, class_map)))


def data_address(png: bytes) -> str:
    """Return a PNG as a data: address, so that a page can show it without keeping it anywhere."""
    return f"data:image/png;base64,{b64encode(png).decode()}"


def about_scores(card: ModelCard) -> str:
    """Return in plain words what the scores of this classifier are, from its card."""
    if card.temperature == 1:
        return f"The percentages are scores of the network, not calibrated probabilities. {_about_prior(card)}"
    return f"The percentages were calibrated with one temperature ({card.temperature:.2f}). {_about_prior(card)}"


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
