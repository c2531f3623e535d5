"""Measure a scope: which lesions never seen it refuses, and which pictures without a lesion."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lesionlab.core.errors import InputError
from lesionlab.core.imaging import FORMATS, decode_for_model, read
from lesionlab.core.picture_statistics import SEEN_PX
from lesionlab.core.progress import Progress, silent
from lesionlab.data.negatives import KINDS, negatives
from lesionlab.data.prepared import Part
from lesionlab.evaluation.shares import share_interval
from lesionlab.inference.scope import Scope
from lesionlab.metrics.classification import mean_by_lesion
from lesionlab.records.card import Metric
from lesionlab.records.split import EXTERNAL

LESIONS, DRAWN, PHOTOS = "lesions_refused", "drawings_refused", "photos_refused"
EACH = 20  # drawings of each kind
FIRST_SEED = 1_000  # those below were looked at in choosing the statistics
FRAME_PX = (200, 150)  # width and height of HAM10000's images as they are prepared here
JPEG_QUALITY = 75  # and what they are compressed with

Pixels = NDArray[np.uint8]


def lesions_refused(scope: Scope, part: Part) -> list[Metric]:
    """Return the share of the lesions of a part that are refused, of all and of each diagnosis.

    A lesion is refused when any of its images is.
    """
    refused = scope.refuses(list(part.images(part.data.size_for(SEEN_PX))))
    shares, labels = mean_by_lesion(refused[:, None].astype(np.float64), part.labels, part.lesions)
    hits, elsewhere = shares[:, 0] > 0, part.data.name if part.name == EXTERNAL else ""
    scopes = {"": np.ones(len(hits), bool)} | {code: labels == label for label, code in enumerate(part.classes)}
    return [
        _share(LESIONS, hits[rows], "lesions", part.name, of=of, data=elsewhere)
        for of, rows in scopes.items()
        if rows.any()
    ]


def drawings_refused(scope: Scope, progress: Progress = silent) -> list[Metric]:
    """Return the share of procedural pictures without a lesion that are refused, of all and of each kind."""
    refused = scope.refuses(list(negatives(EACH, SEEN_PX, FIRST_SEED, progress))).reshape(len(KINDS), EACH)
    of_kind = [_share(DRAWN, hits, "images", "synthetic", of=kind) for kind, hits in zip(KINDS, refused, strict=True)]
    return [_share(DRAWN, refused.ravel(), "images", "synthetic"), *of_kind]


def photos_refused(scope: Scope, files: Sequence[Path], name: str, progress: Progress = silent) -> list[Metric]:
    """Return the share of photographs without a lesion that are refused, framed and compressed as the lesions are.

    Raises:
        InputError: there is no file.
        ImageError, TooLargeError: one is no picture, or too large.
    """
    if not files:
        raise InputError(f"'{name}' holds no picture.", f"Known formats: {', '.join(FORMATS)}.")
    photos = []
    for number, path in enumerate(files):
        photos.append(as_lesions_are(read(path)))
        progress(number + 1, len(files))
    return [_share(PHOTOS, scope.refuses(photos), "images", EXTERNAL, data=name)]


def as_lesions_are(photo: Pixels) -> Pixels:
    """Return a photograph, uint8 [H, W, 3], in the frame and JPEG quality of HAM10000's images: size must not tell."""
    height, width = photo.shape[:2]
    wide, high = FRAME_PX
    across = min(width, round(height * wide / high))
    down = min(height, round(width * high / wide))
    left, top = (width - across) // 2, (height - down) // 2
    framed = Image.fromarray(photo[top : top + down, left : left + across]).resize(FRAME_PX, Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    framed.save(buffer, "JPEG", quality=JPEG_QUALITY)
    return decode_for_model(buffer.getvalue())


def _share(
    name: str, hits: NDArray[np.bool_], unit: Literal["lesions", "images"], part: str, of: str = "", data: str = ""
) -> Metric:
    count, n = int(hits.sum()), len(hits)
    low, high = share_interval(count, n)
    return Metric(name, count / n, n, unit, part, of=of, data=data, low=low, high=high)
