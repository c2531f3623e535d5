"""Copies planted on purpose: which of them does a reference find?"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image

from lesionlab.core.progress import Progress, silent
from lesionlab.core.seeds import derive_seed
from lesionlab.evaluation.quality import REAL
from lesionlab.evaluation.shares import share_interval
from lesionlab.inference.novelty import compare, matching, views
from lesionlab.inference.orientations import oriented
from lesionlab.inference.reference import Reference
from lesionlab.metrics.space import Extractor
from lesionlab.metrics.spoilt import Pixels, blurred
from lesionlab.records.card import Metric

PLANTED = 100  # training images, each changed in every way
NAME = "copies_found"

Change = Callable[[Pixels], Pixels]


def shifted(pixels: int) -> Change:
    """Return the change that moves images right and down; the border is repeated."""
    pad = ((0, 0), (pixels, 0), (pixels, 0), (0, 0))
    return lambda images: np.pad(images, pad, mode="edge")[:, : images.shape[1], : images.shape[2]]


def compressed(quality: int) -> Change:
    """Return the change that saves images as JPEG and reads them again."""
    return lambda images: np.stack([_through_jpeg(image, quality) for image in images])


def _through_jpeg(image: Pixels, quality: int) -> Pixels:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer).convert("RGB"))


def coloured(red: float, blue: float) -> Change:
    """Return the change that multiplies red and blue, and green by the mean of both."""
    gains = np.array([red, (red + blue) / 2, blue])
    return lambda images: np.clip(np.rint(images * gains), 0, 255).astype(np.uint8)


def blended(share: float) -> Change:
    """Return the change that lays the next image over each, with `share` left of the first."""
    return lambda images: np.rint(share * images + (1 - share) * np.roll(images, 1, axis=0)).astype(np.uint8)


PLANTS: dict[str, Change] = {
    "unchanged": lambda images: images,
    "turned": lambda images: oriented(images, 1),
    "mirrored": lambda images: oriented(images, 4),
    "shifted 2 px": shifted(2),
    "shifted 4 px": shifted(4),
    "blurred 1 px": lambda images: blurred(images, 1),
    "blurred 2 px": lambda images: blurred(images, 2),
    "JPEG 75": compressed(75),
    "JPEG 30": compressed(30),
    "brighter by 10%": coloured(1.1, 1.1),
    "darker by 10%": coloured(0.9, 0.9),
    "redder by 10%": coloured(1.1, 0.9),
    "bluer by 10%": coloured(0.9, 1.1),
    "blended 90/10": blended(0.9),
    "blended 80/20": blended(0.8),
    "blended 60/40": blended(0.6),
}


def copies_found(
    reference: Reference, images: Pixels, extractors: Sequence[Extractor], progress: Progress = silent
) -> list[Metric]:
    """Return which share of some training images uint8 [m, S, S, 3], changed in each way, lies below the limit.

    The extractors are those that the reference was made with. Beside each share stands that of false alarms.
    """
    draw = np.random.default_rng(derive_seed("planted"))
    chosen = images[draw.permutation(len(images))[:PLANTED]]
    facts, found = reference.facts, []
    judges = matching(facts.spaces, extractors)
    for number, (name, change) in enumerate(PLANTS.items()):
        ratios = compare(views(change(chosen), judges, reference.spaces), reference.spaces).ratios
        hits, n = int((ratios < facts.limit).sum()), len(chosen)
        low, high = share_interval(hits, n)
        ruler = {REAL: facts.false_alarms}
        found.append(
            Metric(NAME, hits / n, n, "images", facts.part, of=name, space=facts.key, low=low, high=high, ruler=ruler)
        )
        progress(number + 1, len(PLANTS))
    return found
