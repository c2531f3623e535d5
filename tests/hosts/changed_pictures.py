"""Pictures of drawn lesions, and the ways in which a picture comes back changed."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache

import numpy as np
from PIL import Image, ImageFilter

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.imaging import Pixels
from lesionlab.data.procedural import procedural_lesion

SIDE_PX = 128


@cache
def textured(seed: int) -> Pixels:
    """Return a drawn lesion on skin with a texture of its own, uint8 [128, 128, 3]."""
    drawn = procedural_lesion(HAM10000_CODES[seed % len(HAM10000_CODES)], seed, SIDE_PX).astype(np.float32)
    noise = np.random.default_rng(seed).normal(0, 60, (SIDE_PX, SIDE_PX)).clip(-127, 127) + 128
    soft = Image.fromarray(noise.astype(np.uint8)).filter(ImageFilter.GaussianBlur(2))
    return np.clip(drawn + np.asarray(soft, np.float32)[:, :, None] - 128, 0, 255).astype(np.uint8)


def encoded(pixels: Pixels, quality: int = 75, scale: float = 1.0) -> Pixels:
    """Return the picture rescaled and through JPEG."""
    image = Image.fromarray(pixels)
    buffer = io.BytesIO()
    image.resize((round(image.width * scale), round(image.height * scale))).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer).convert("RGB"))


def turned(pixels: Pixels, orientation: int) -> Pixels:
    """Return one of the eight flips and quarter turns."""
    once = np.rot90(pixels, orientation % 4)
    return np.ascontiguousarray(once[:, ::-1] if orientation >= 4 else once)


def cut(pixels: Pixels, share: float, seed: int = 0) -> Pixels:
    """Return the picture with this share of each side cut off, at a place drawn by the seed."""
    height, width = pixels.shape[:2]
    high, wide = round(height * (1 - share)), round(width * (1 - share))
    draw = np.random.default_rng(seed)
    top, left = int(draw.integers(0, height - high + 1)), int(draw.integers(0, width - wide + 1))
    return pixels[top : top + high, left : left + wide]


def coloured(pixels: Pixels, seed: int = 0) -> Pixels:
    """Return the picture with each channel up to 10% stronger or weaker."""
    return np.clip(pixels * np.random.default_rng(seed).uniform(0.9, 1.1, 3), 0, 255).astype(np.uint8)


CHANGES: dict[str, Callable[[Pixels], Pixels]] = {
    "re-encoded": lambda p: encoded(p, 60),
    "half the size": lambda p: encoded(p, 85, 0.5),
    "twice the size": lambda p: encoded(p, 85, 2.0),
    "turned": lambda p: encoded(turned(p, 3), 85),
    "mirrored": lambda p: encoded(turned(p, 5), 85),
    "cut": lambda p: encoded(cut(p, 0.05, 1), 85),
    "coloured": lambda p: encoded(coloured(p), 85),
    "all at once": lambda p: encoded(turned(coloured(cut(p, 0.05, 2)), 6), 70, 1.5),
}


def photographed_again(
    pixels: Pixels, degrees: float = 12, scale: float = 1.1, shift: tuple[int, int] = (9, -6)
) -> Pixels:
    """Return the picture as a second photograph might show it: turned, nearer, off the middle and lighter."""
    image = Image.fromarray(pixels)
    moved = image.rotate(degrees, Image.Resampling.BICUBIC, translate=shift)
    side = round(image.width / scale)
    edge = (image.width - side) // 2
    near = moved.crop((edge, edge, edge + side, edge + side)).resize(image.size, Image.Resampling.BICUBIC)
    return encoded(np.clip(np.asarray(near) * 1.06, 0, 255).astype(np.uint8), 85)
