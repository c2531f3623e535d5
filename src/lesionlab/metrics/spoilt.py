"""Images spoilt in ways that a metric must notice."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Pixels = NDArray[np.uint8]

BLURS_PX = (1, 2, 4)


def blurred(images: Pixels, sigma_px: float) -> Pixels:
    """Return images uint8 [n, S, S, 3] behind a Gaussian of this standard deviation in pixels."""
    soft = ImageFilter.GaussianBlur(sigma_px)
    return np.stack([np.asarray(Image.fromarray(image).filter(soft)) for image in images])


def blurs(images: Pixels) -> dict[str, Pixels]:
    """Return the images blurred at 1, 2 and 4 px, by name."""
    return {f"blur {sigma} px": blurred(images, sigma) for sigma in BLURS_PX}
