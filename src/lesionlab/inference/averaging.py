"""Predictions averaged over the eight views of an image: dermoscopy has no "up", so all are as good."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from lesionlab.core.imaging import Pixels, square
from lesionlab.inference.orientations import ORIENTATIONS, oriented, restored
from lesionlab.inference.predictor import Prediction, Predictor

Predict = Callable[[Sequence[Pixels]], list[Prediction]]


def way_of(predictor: Predictor, averaged: bool) -> Predict:
    """Return how a predictor is asked: about an image as it is, or `averaged` over its eight views."""
    return partial(predict_averaged, predictor) if averaged else predictor.predict


def predict_averaged(predictor: Predictor, images: Sequence[Pixels]) -> list[Prediction]:
    """Return a prediction for each image, uint8 [H, W, 3] RGB of any size: of the mean logits of its eight views.

    The maps are turned back and averaged too, so that their mean is still the class's logit; features are means. It
    takes eight times as long as one view.

    Raises:
        InputError: an image has another shape or number type.
    """
    return [_averaged(predictor, image) for image in images]


def _averaged(predictor: Predictor, image: Pixels) -> Prediction:
    upright = predictor.predict([image])
    seen = square(image, predictor.card.image.size_px)[None]
    found = [*upright, *predictor.predict([oriented(seen, turned)[0] for turned in range(1, ORIENTATIONS)])]
    maps = np.stack([restored(each.maps, turned) for turned, each in enumerate(found)]).mean(axis=0)
    features = np.stack([each.features for each in found]).mean(axis=0)
    return predictor.of_outputs(maps.mean(axis=(1, 2)), np.asarray(maps), np.asarray(features))
