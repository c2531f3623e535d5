"""How added pictures relate to a prepared base set and to one another: what must not lie on both sides of a split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lesionlab.core.imaging import Pixels
from lesionlab.core.progress import Progress, silent
from lesionlab.curate.duplicates import Kind, find_pairs
from lesionlab.curate.duplicates_pictures import Pictures, prepared_squares
from lesionlab.data.prepared import PreparedData


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
    lesion. `score` is the agreement of their detail, 0..1.
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
    if not added:
        return []
    ordered = sorted(added, key=lambda picture: picture.image_id)
    squares = prepared_squares(base)
    count = len(squares)
    ids = [row.image_id for row in base.split.rows] + [picture.image_id for picture in ordered]
    sha256s = [row.get("sha256") or "" for row in base.metadata] + [picture.sha256 for picture in ordered]
    pairs = find_pairs(
        Pictures(squares, [picture.square for picture in ordered]),
        queries=np.arange(count, len(ids)),
        sha256s=sha256s,
        progress=progress,
    )
    found = []
    for pair in pairs:
        among = pair.first >= count
        image, other = (pair.first, pair.second) if among else (pair.second, pair.first)
        found.append(Relation(ids[image], ids[other], pair.kind, pair.agreement, among))
    return sorted(found, key=lambda r: (r.image_id, r.among_added, r.other_id))
