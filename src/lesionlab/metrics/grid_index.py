"""Grid index: does a pattern repeat every 2, 4 or 8 pixels, as transposed convolutions leave it (Odena 2016)?"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import InputError

LONGEST_PERIOD_PX = 8  # what three convolutions of stride 2 repeat; periods of 4 and 2 px are its harmonics
IMAGES_AT_ONCE = 64
LEAST_POWER = 1e-6  # beside grey levels squared: flat images have no spectrum, so no grid

Spectrum = NDArray[np.float64]


def grid_index(pixels: NDArray[np.uint8]) -> float:
    """Return how many times its neighbourhood's spectral power a set of images has at the strides' frequencies.

    Images are uint8 [n, S, S, 3], S a multiple of 8 and at least 32. The frequencies are those of everything that
    repeats every 8 pixels: k/8 per pixel along both axes, all but zero. The neighbourhood of one is the ring two bins
    from it, whose power is averaged geometrically, as spectra fall by powers. The index is the mean of the ratios: 1
    where no frequency sticks out, as in real images; below 1 where upsampling has left holes. It wants some 50 images.

    Raises:
        InputError: images of another shape, or none.
    """
    if pixels.ndim != 4 or not len(pixels) or pixels.shape[1] != pixels.shape[2] or pixels.shape[3] != 3:
        raise InputError(f"Pixels of shape {list(pixels.shape)} are not images.", "Give uint8 [n, S, S, 3].")
    size = pixels.shape[1]
    if size % LONGEST_PERIOD_PX or size < 4 * LONGEST_PERIOD_PX:
        raise InputError(
            f"The grid index is not defined for images of {size} px.",
            f"Give images whose side is a multiple of {LONGEST_PERIOD_PX} and at least {4 * LONGEST_PERIOD_PX} px.",
        )
    logarithm = np.log(mean_spectrum(pixels) + LEAST_POWER)
    ring = [step for step in itertools.product(range(-2, 3), repeat=2) if max(map(abs, step)) == 2]
    around = np.mean([np.roll(logarithm, step, axis=(0, 1)) for step in ring], axis=0)
    spacing = size // LONGEST_PERIOD_PX
    ratios = np.exp(logarithm - around)[::spacing, ::spacing]
    return float(ratios.ravel()[1:].mean())


def mean_spectrum(pixels: NDArray[np.uint8]) -> Spectrum:
    """Return the mean power of images [n, S, S, 3] at each pair of frequencies, channels added: float64 [S, S].

    Each image is taken about its mean and faded out towards its borders (Hann), lest these look like a pattern.
    """
    size = pixels.shape[1]
    fade = np.hanning(size + 1)[:-1].astype(np.float32)
    power = np.zeros((size, size))
    for start in range(0, len(pixels), IMAGES_AT_ONCE):
        images = np.moveaxis(pixels[start : start + IMAGES_AT_ONCE], 3, 1).astype(np.float32)
        images -= images.mean(axis=(2, 3), keepdims=True)
        images *= fade[:, None] * fade
        power += np.square(np.abs(np.fft.fft2(images))).sum(axis=(0, 1), dtype=np.float64)
    return power / len(pixels)
