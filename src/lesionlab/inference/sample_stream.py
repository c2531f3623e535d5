"""Many images in order, at the generator's speed: one batch is encoded while others are still being made."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.in_order import batches, in_order
from lesionlab.inference.filters import Filter
from lesionlab.inference.provenance import synthetic_png
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sampler import BATCH_SIZE, Sampler
from lesionlab.records.sampling import FilterName


@dataclass(frozen=True)
class Made:
    """An image as it was made: its file, its scores, and the filter that withholds it."""

    recipe: Recipe
    content: bytes  # empty where it is withheld
    scores: dict[FilterName, float]
    withheld: str = ""


def make_images(
    sampler: Sampler, filters: Sequence[Filter], recipes: Iterable[Recipe], workers: int
) -> Generator[Made]:
    """Yield an image for each recipe, in their order; memory does not grow with their number.

    Recipes are drawn as the work comes to them, always in the thread that iterates. A sampler with as many `streams` as
    workers is the fastest.
    """
    with closing(in_order(partial(_make, sampler, filters), batches(recipes, BATCH_SIZE), workers)) as made:
        for batch in made:
            yield from batch


def _make(sampler: Sampler, filters: Sequence[Filter], batch: list[Recipe]) -> list[Made]:
    images = sampler.sample(batch)
    scores, withheld = _judge(filters, images, [recipe.diagnosis for recipe in batch])
    return [
        Made(recipe, b"" if why else synthetic_png(pixels, sampler.card, recipe), measured, why)
        for recipe, pixels, measured, why in zip(batch, images, scores, withheld, strict=True)
    ]


def _judge(
    filters: Sequence[Filter], images: NDArray[np.uint8], codes: list[str]
) -> tuple[list[dict[FilterName, float]], list[str]]:
    """Return the scores of each image and the first filter that withholds it; the later ones do not see it then."""
    scores: list[dict[FilterName, float]] = [{} for _ in codes]
    withheld = [""] * len(codes)
    for each in filters:
        open_ones = [i for i, why in enumerate(withheld) if not why]
        if not open_ones:
            break
        for i, score in zip(open_ones, each.scores(images[open_ones], [codes[i] for i in open_ones]), strict=True):
            scores[i][each.use.name] = round(float(score), 6)
            if not scores[i][each.use.name] >= each.use.limit:
                withheld[i] = each.use.name
    return scores, withheld
