"""A class map laid over the image it belongs to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lesionlab.core.imaging import Pixels

# Even steps of lightness in OKLCH, violet over teal to yellow: no hue of skin or pigment lies on this way, and the
# order survives in grey and for colour-blind eyes.
COLOURS = np.array(
    [
        (60, 26, 130),
        (37, 65, 161),
        (2, 102, 159),
        (0, 132, 162),
        (13, 161, 165),
        (6, 192, 159),
        (98, 218, 135),
        (182, 233, 112),
        (255, 244, 103),
    ],
    dtype=np.float64,
)


def overlay(pixels: Pixels, class_map: NDArray[np.float32], opacity: float = 0.75) -> NDArray[np.uint8]:
    """Lay one class map, float32 [h, w], over its image, uint8 [H, W, 3], and return uint8 [H, W, 3].

    The least evidence of the map leaves the skin as it is; the most covers it with `opacity` (0..1).
    A map that is the same everywhere says nothing about places, and nothing is drawn.
    """
    height, width = pixels.shape[:2]
    strength = enlarge(relative(class_map), height, width)
    cover = (opacity * strength)[:, :, None]
    blended = pixels * (1 - cover) + colours_of(strength) * cover
    return np.clip(np.rint(blended), 0, 255).astype(np.uint8)


def relative(class_map: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return a map [h, w] stretched to 0 at its least and 1 at its most; all 0 when it is flat."""
    values = class_map.astype(np.float64)
    span = values.max() - values.min()
    return (values - values.min()) / span if span > 0 else np.zeros_like(values)


def enlarge(strength: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
    """Return a map of 0..1 resized smoothly to the image's sides, kept within 0..1."""
    image = Image.fromarray(strength.astype(np.float32))
    resized = image.resize((width, height), Image.Resampling.BICUBIC)
    return np.clip(np.asarray(resized, dtype=np.float64), 0, 1)


def colours_of(strength: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the colour of each strength of 0..1: float64 [..., 3] in 0..255."""
    stops = np.linspace(0, 1, len(COLOURS))
    return np.stack([np.interp(strength, stops, COLOURS[:, channel]) for channel in range(3)], axis=-1)
