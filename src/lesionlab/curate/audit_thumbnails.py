"""Small pictures of what an audit found, for a page on the user's own disk."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import numpy as np

from lesionlab.core.imaging import encode_webp, square
from lesionlab.data.prepared import PreparedData
from lesionlab.records.audit import Audit

SIDE_PX = 96
MAX_SHOWN = 12  # of each check: a page is to be looked through
QUALITY = 80


def thumbnails(audit: Audit, data: PreparedData) -> dict[str, str]:
    """Return data URIs of the images that are shown as evidence, by image id."""
    position = {row.image_id: index for index, row in enumerate(data.split.rows)}
    pixels = data.pixels(data.size_for(SIDE_PX))
    return {image: _uri(pixels[position[image]]) for image in dict.fromkeys(_shown(audit)) if image in position}


def _shown(audit: Audit) -> Iterator[str]:
    for check in audit.checks:
        for evidence in check.found[:MAX_SHOWN]:
            for images in evidence.images.values():
                yield from images


def _uri(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> str:
    side = min(SIDE_PX, pixels.shape[0])
    return "data:image/webp;base64," + base64.b64encode(encode_webp(square(np.asarray(pixels), side), QUALITY)).decode()
