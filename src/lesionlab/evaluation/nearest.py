"""The synthetic images that come nearest to a training image, to be looked at beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.imaging import sheet
from lesionlab.data.prepared import PreparedData
from lesionlab.inference.novelty import Compared
from lesionlab.inference.orientations import oriented
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sampler import Sampler
from lesionlab.records.seen_groups import read_seen_groups

SHOWN = 20
COLUMNS = 5  # pairs in a row


@dataclass(frozen=True)
class Near:
    """A synthetic image by its recipe, its authenticity ratio, and the training image, by id, that it comes nearest to.

    `orientation` says how the synthetic image is turned for that (`inference.orientations`).
    """

    diagnosis: str
    seed: int
    ratio: float
    image_id: str
    orientation: int


def nearest_pairs(compared: Compared, sampler: Sampler, counts: Sequence[int], first_seed: int) -> list[Near]:
    """Return the 20 images with the lowest ratios, of `counts` images of each class, in the order of `sampled`."""
    learned = [row.image_id for row in read_seen_groups(sampler.folder, sampler.card).rows if row.use == "train"]
    codes = [code for code, count in zip(sampler.card.classes, counts, strict=True) for _ in range(count)]
    seeds = [first_seed + i for count in counts for i in range(count)]
    return [
        Near(
            diagnosis=codes[row],
            seed=seeds[row],
            ratio=float(compared.ratios[row]),
            image_id=learned[int(compared.nearest[row])],
            orientation=int(compared.orientations[row]),
        )
        for row in np.argsort(compared.ratios, kind="stable")[:SHOWN].tolist()
    ]


def nearest_sheet(near: Sequence[Near], sampler: Sampler, data: PreparedData) -> NDArray[np.uint8]:
    """Lay each synthetic image, turned as it came nearest, out at the left of its training image: uint8 [H, W, 3]."""
    part = data.part("train")
    place = {image_id: row for image_id, row in zip(part.image_ids, part.indices.tolist(), strict=True)}
    rows = np.array([place[pair.image_id] for pair in near])
    real = data.take_pixels(sampler.card.image.size_px, rows)
    made = sampler.sample([Recipe(pair.seed, pair.diagnosis) for pair in near])
    turned = [oriented(image[None], pair.orientation)[0] for image, pair in zip(made, near, strict=True)]
    tiles = [tile for pair in zip(turned, real, strict=True) for tile in pair]
    return sheet([tiles[start : start + 2 * COLUMNS] for start in range(0, len(tiles), 2 * COLUMNS)])
