"""Plain words for what is wrong with a picture as a picture: blurred, dark, too bright, tiny, taken from afar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lesionlab.core.imaging import Pixels, square
from lesionlab.core.picture_quality import picture_quality
from lesionlab.records.scope import QualityLimits

LEAST_SIDE_PX = 64  # the smallest image that the released models see whole
SPOT_PX = 64


@dataclass(frozen=True)
class Remark:
    """What is wrong with a picture: a code for programs and a sentence for people."""

    code: str
    words: str


def remarks(pixels: Pixels, limits: QualityLimits) -> tuple[Remark, ...]:
    """Return what is wrong with a picture, uint8 [H, W, 3] RGB of any size; nothing where all is well."""
    height, width = pixels.shape[:2]
    if min(height, width) < LEAST_SIDE_PX:
        words = f"The picture has only {width} x {height} pixels: give a larger one, of 64 pixels at least."
        return (Remark("tiny", words),)  # of so few pixels nothing else can be told
    quality = picture_quality(pixels)
    found = {
        "dark": quality["brightness"] < limits.least_brightness,
        "overexposed": quality["brightness"] > limits.most_brightness or quality["clipped"] > limits.most_clipped,
        "framed": quality["black_border"] > limits.most_black_border,
        "blurred": quality["sharpness"] < limits.least_sharpness,
        "from_afar": spot_share(pixels) < limits.least_spot,
    }
    return tuple(Remark(code, WORDS[code]) for code, holds in found.items() if holds)


WORDS = {
    "dark": "The picture is darker than the dermoscopic pictures known here: take it again with more light.",
    "overexposed": "The picture is overexposed: take it again with less light, or without the flash.",
    "framed": "Much of the picture is black frame: cut it to the skin.",
    "blurred": "The picture is blurred: take it again in focus.",
    "from_afar": "What stands out fills very little of the picture, as in a photograph from afar: take it through a "
    "dermatoscope, or cut it to the lesion.",
}


def spot_share(pixels: Pixels) -> float:
    """Return the share of the centre square, 0..1, that differs from its common colour by half as much as any does."""
    colours = square(pixels, SPOT_PX).astype(np.float32)
    difference = np.abs(colours - np.median(colours, axis=(0, 1))).max(axis=2)
    return float((difference > np.quantile(difference, 0.998) / 2).mean())
