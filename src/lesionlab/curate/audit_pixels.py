"""Rows of a prepared set that hold the same file or the same pixels."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations

from lesionlab.curate.audit_checks import Pair
from lesionlab.data.prepared import PreparedData


def same_pictures(data: PreparedData) -> list[Pair]:
    """Return the pairs of rows with equal files, as far as their SHA-256 is recorded, or equal pixels at every size.

    The smallest size finds candidates, the largest confirms them. Equal files always have equal pixels.
    """
    files: defaultdict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(data.metadata):
        files[row.get("sha256") or ""].append(index)
    files.pop("", None)
    pictures: defaultdict[bytes, list[int]] = defaultdict(list)
    for index, square in enumerate(data.pixels(min(data.sizes_px))):
        pictures[hashlib.sha256(square.tobytes()).digest()].append(index)
    found = {*_pairs(files.values()), *_equal(data, _pairs(pictures.values()))}
    ids = [row.image_id for row in data.split.rows]
    named = {(min(ids[one], ids[other]), max(ids[one], ids[other])) for one, other in found}
    return [Pair(*pair, 1.0) for pair in sorted(named)]


def _pairs(rows: Iterable[list[int]]) -> Iterator[tuple[int, int]]:
    return (pair for found in rows for pair in combinations(found, 2))


def _equal(data: PreparedData, candidates: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    pixels = data.pixels(max(data.sizes_px))
    return (pair for pair in candidates if pixels[pair[0]].tobytes() == pixels[pair[1]].tobytes())
