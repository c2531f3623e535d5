"""How added pictures relate to a prepared base set and to one another: what must not lie on both sides of a split."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lesionlab.core.imaging import Pixels
from lesionlab.core.picture_hash import bits, distance, frequencies, oriented
from lesionlab.core.progress import Progress, silent
from lesionlab.data.prepared import PreparedData

Kind = Literal["same file", "re-encoded", "near"]

MAX_BITS = 8


@dataclass(frozen=True, eq=False)
class AddedPicture:
    """One picture that is to join a set: its id, its centre square, and the SHA-256 of its file where it is known.

    `square` is uint8 [S, S, 3] RGB of any size, such as a row of a memory-mapped pixel file; 64 px or more are best.
    """

    image_id: str
    square: Pixels
    sha256: str = ""


@dataclass(frozen=True)
class Relation:
    """Two pictures that belong together: `image_id` is an added one, `other_id` of the base or (`among_added`) added.

    "same file": equal bytes; "re-encoded": one picture in another file, size or orientation; "near": by sight the same
    lesion. `score` is 0..1, higher for closer.
    """

    image_id: str
    other_id: str
    kind: Kind
    score: float
    among_added: bool = False


def relate(added: Sequence[AddedPicture], base: PreparedData, progress: Progress = silent) -> list[Relation]:
    """Return every relation between an added picture and the base, and between two added ones, by id.

    Any of the three kinds means that the two must be in one group. The order of `added` does not change the result.
    """
    found = list(_relations(added, base, progress))
    return sorted(found, key=lambda r: (r.image_id, r.among_added, r.other_id))


def _relations(added: Sequence[AddedPicture], base: PreparedData, progress: Progress) -> Iterator[Relation]:
    pixels = base.pixels(base_size_px(base))
    base_hashes = np.array([bits(frequencies(np.asarray(square))) for square in pixels])
    added_hashes = np.array([bits(oriented(frequencies(picture.square))) for picture in added]).reshape(-1, 8)
    for index, picture in enumerate(added):
        turned = added_hashes[index]
        for other, near in enumerate(distance(base_hashes[:, None], turned).min(axis=1)):
            if near <= MAX_BITS:
                yield Relation(picture.image_id, base.split.rows[other].image_id, "re-encoded", 1 - near / 64)
        for other in range(index + 1, len(added)):
            near = distance(added_hashes[other, 0], turned).min()
            if near <= MAX_BITS:
                low, high = sorted((picture.image_id, added[other].image_id))
                yield Relation(low, high, "re-encoded", 1 - float(near) / 64, among_added=True)
        progress(index + 1, len(added))


def base_size_px(base: PreparedData) -> int:
    """Return the size of a prepared set that pictures are compared at: 64 px, else the nearest to it."""
    return min(base.sizes_px, key=lambda size: (abs(size - 64), size))
