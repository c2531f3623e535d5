"""A generator's reference made from random pictures, so that copies of them can be looked for."""

from __future__ import annotations

import numpy as np
from pixel_space import PixelSpace

from lesionlab.evaluation.reference import space_reference
from lesionlab.inference.levelled import levelled
from lesionlab.inference.reference import Facts, Reference
from lesionlab.records.seen_groups import seen_groups

SIZE = 8


def pictures(n: int, seed: int) -> np.ndarray:
    """Smooth random pictures: uint8 [n, 8, 8, 3]."""
    coarse = np.random.default_rng(seed).integers(20, 235, (n, 4, 4, 3))
    return coarse.repeat(2, axis=1).repeat(2, axis=2).astype(np.uint8)


def extractors() -> list[PixelSpace]:
    return [PixelSpace(SIZE), PixelSpace(SIZE, side=2, power=0.5)]


def small_reference(images: np.ndarray, groups_sha256: str, limit: float = 0.5) -> Reference:
    spaces = extractors()
    groups = np.arange(len(images))
    as_is = space_reference(spaces[0].features(images), groups, False)
    each = (as_is, space_reference(spaces[1].features(levelled(images)), groups, True))
    keys, limits = tuple(space.space for space in spaces), (limit, limit)
    facts = Facts(groups_sha256, keys, (False, True), limits, limit, 0.01, "5" * 64, "validation")
    return Reference(facts, each, np.zeros(len(images), np.int8), seen_groups(validation=[("lesion 7", "ISIC_7")]))
