"""The eight views of a square: dermoscopy has no "up", so a copy may come turned or mirrored."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ORIENTATIONS = 8


def oriented(images: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Return images uint8 [n, S, S, 3], mirrored for 4 to 7, then turned by `orientation` mod 4 quarters."""
    mirrored = images[:, :, ::-1] if orientation >= ORIENTATIONS // 2 else images
    return np.ascontiguousarray(np.rot90(mirrored, orientation % 4, axes=(1, 2)))


def restored(maps: NDArray[np.float32], orientation: int) -> NDArray[np.float32]:
    """Return maps [n, h, w] of an image that was `oriented`, turned back to lie on the image as it was."""
    turned = np.rot90(maps, -(orientation % 4), axes=(1, 2))
    return np.ascontiguousarray(turned[:, :, ::-1] if orientation >= ORIENTATIONS // 2 else turned)
