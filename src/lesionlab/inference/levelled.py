"""Images with their colours levelled: a copy that was brightened, tinted or blended keeps its drawing, not its tone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MEAN = (190.0, 150.0, 150.0)  # about that of dermoscopic skin
SPREAD = 36.0
LEAST = 1.0  # keeps flat images flat


def levelled(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return images uint8 [n, S, S, 3], each channel of each image with one mean and one spread."""
    values = images.astype(np.float32)
    means, spreads = values.mean(axis=(1, 2), keepdims=True), values.std(axis=(1, 2), keepdims=True)
    found = (values - means) / (spreads + np.float32(LEAST)) * np.float32(SPREAD) + np.array(MEAN, np.float32)
    return np.asarray(np.clip(np.rint(found), 0, 255), np.uint8)
