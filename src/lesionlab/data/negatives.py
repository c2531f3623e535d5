"""Pictures without a lesion: drawn by rules, seeded, of many kinds; what a classifier's scope is developed on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lesionlab.core.errors import InputError
from lesionlab.core.names import did_you_mean
from lesionlab.core.progress import Progress, silent
from lesionlab.core.seeds import check_seed, derive_seed
from lesionlab.data.negative_canvas import Draw, Field, to_image
from lesionlab.data.negative_flat import FLAT
from lesionlab.data.negative_scenes import SCENES
from lesionlab.data.negative_skin import SKIN_KINDS
from lesionlab.data.negative_textures import TEXTURES

KINDS: dict[str, Callable[[Draw], Field]] = {kind.__name__: kind for kind in (*FLAT, *TEXTURES, *SCENES, *SKIN_KINDS)}


def negative(kind: str, seed: int, size_px: int) -> NDArray[np.uint8]:
    """Draw the picture of this kind and seed: uint8 [size_px, size_px, 3].

    Raises:
        InputError: an unknown kind, or a seed out of range.
    """
    if kind not in KINDS:
        raise InputError(f"There is no kind '{kind}' of pictures without a lesion.", did_you_mean(kind, list(KINDS)))
    draw = np.random.Generator(np.random.Philox(key=derive_seed("negative", kind, check_seed(seed))))
    image = to_image(KINDS[kind](draw))
    return np.asarray(image.resize((size_px, size_px), Image.Resampling.BICUBIC))


def negatives(each: int, size_px: int, first_seed: int = 0, progress: Progress = silent) -> NDArray[np.uint8]:
    """Draw `each` pictures of every kind, kind after kind in the order of `KINDS`: uint8 [n, size_px, size_px, 3]."""
    images = np.empty((each * len(KINDS), size_px, size_px, 3), np.uint8)
    for number, kind in enumerate(KINDS):
        for place in range(each):
            images[number * each + place] = negative(kind, first_seed + place, size_px)
        progress(number + 1, len(KINDS))
    return images
