"""The logits of a part of a prepared data set, image by image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.progress import Progress, silent
from lesionlab.data.prepared import Part
from lesionlab.inference.averaging import way_of
from lesionlab.inference.predictor import Predictor

BATCH = 64


def part_logits(
    predictor: Predictor, part: Part, progress: Progress = silent, *, averaged: bool = False
) -> NDArray[np.float64]:
    """Return what a classifier scores each image of a part with, before any calibration: float64 [n, C].

    With `averaged` as a mean over the image's eight views.

    Raises:
        DataError: the part is not prepared at the model's size.
        ModelError: the model gives values that are no numbers.
    """
    images = part.images(predictor.card.image.size_px)
    predict = way_of(predictor, averaged)
    rows = np.empty((len(images), len(predictor.card.classes)))
    for start in range(0, len(images), BATCH):
        found = predict(list(images[start : start + BATCH]))
        rows[start : start + len(found)] = [p.maps.mean(axis=(1, 2), dtype=np.float64) for p in found]
        progress(start + len(found), len(images))
    return rows
