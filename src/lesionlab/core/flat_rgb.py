"""Pictures of any mode to flat RGB: transparency laid on white, more than 8 bits scaled down; large ones in bands."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

PIXELS_AT_ONCE = 2**21  # each step of a conversion holds them all again: 50 megapixels at once would take over 1 GiB


def flat_rgb(image: Image.Image) -> NDArray[np.uint8]:
    """Return a loaded picture as uint8 [H, W, 3] RGB.

    Whole numbers of more than 8 bits are taken as 0..65535 where one lies above 255; they and all others as 0..255.
    """
    top = _top(image) if _is_wide(image) else 0.0
    if image.width * image.height <= PIXELS_AT_ONCE:
        return _flatten(image, top)
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    for upper, band in _bands(image):
        pixels[upper : upper + band.height] = _flatten(band, top)
    return pixels


def _bands(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    rows = max(1, PIXELS_AT_ONCE // image.width)
    for upper in range(0, image.height, rows):
        yield upper, image.crop((0, upper, image.width, min(upper + rows, image.height)))


def _is_wide(image: Image.Image) -> bool:
    return image.mode.startswith(("I", "F"))


def _top(image: Image.Image) -> float:
    """Return the value that becomes white."""
    whole = image.mode != "F"
    return 65535.0 if whole and any(np.asarray(band).max(initial=0) > 255 for _, band in _bands(image)) else 255.0


def _flatten(image: Image.Image, top: float) -> NDArray[np.uint8]:
    if _is_wide(image):
        values = np.nan_to_num(np.asarray(image, dtype=np.float64))
        grey = (np.clip(values, 0, top) / top * 255).astype(np.uint8)
        return np.repeat(grey[:, :, None], 3, axis=2)
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        image = Image.alpha_composite(white, rgba)
    return np.asarray(image if image.mode == "RGB" else image.convert("RGB"))
