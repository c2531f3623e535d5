"""Pictures of a prepared set that are the same, or show one lesion, whatever their lesion ids say."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from lesionlab.core.progress import Progress, silent
from lesionlab.curate.audit_checks import Pair, check_pairs
from lesionlab.curate.duplicates import find_pairs
from lesionlab.curate.duplicates_filters import SIDE_PX
from lesionlab.curate.duplicates_pictures import Pictures, prepared_squares
from lesionlab.data.prepared import PreparedData
from lesionlab.records.audit import Check
from lesionlab.records.split import SplitRow

HOW_SAME = "equal pixels at every prepared size"
HOW_NEAR = "by sight: pictures of two lesion groups whose fine detail agrees, however turned, scaled or encoded"
NOT_ASKED = "not looked for: left out with --quick"
TOO_SMALL = f"not looked for: needs {SIDE_PX} px; add them with lesionlab data prepare --size {SIDE_PX}"
DRAWN = "not looked for: drawn lesions share their patterns"
NO_IMAGES = "not looked for: needs the images; prepare them and name the set as well"


@dataclass(frozen=True)
class ComparedPictures:
    """The pairs of pictures that were found; `why_not` says why near ones were not looked for, where they were not."""

    same: tuple[Pair, ...]
    near: tuple[Pair, ...] = ()
    why_not: str = ""


def compare_pictures(data: PreparedData, progress: Progress = silent, *, quick: bool = False) -> ComparedPictures:
    """Compare the pictures of all parts of a prepared set; `quick` leaves out near duplicates, which take minutes."""
    same = same_pictures(data)
    why_not = NOT_ASKED if quick else DRAWN if data.record.kind == "procedural" else ""
    if max(data.sizes_px) < SIDE_PX:
        why_not = why_not or TOO_SMALL
    if why_not:
        return ComparedPictures(same, why_not=why_not)
    known = {(pair.one, pair.other) for pair in same}
    near = tuple(pair for pair in near_pictures(data, progress) if (pair.one, pair.other) not in known)
    return ComparedPictures(same, near)


def check_pictures(
    found: ComparedPictures | None, rows: Sequence[SplitRow], parts: Sequence[str]
) -> tuple[Check, Check]:
    """Return which of these pairs lie across parts; without any comparison, that none was made."""
    if found is None:
        return Check("same", "unchecked", NO_IMAGES), Check("near", "unchecked", NO_IMAGES)
    same = check_pairs("same", HOW_SAME, found.same, rows, parts)
    if found.why_not:
        return same, Check("near", "unchecked", found.why_not)
    return same, check_pairs("near", HOW_NEAR, found.near, rows, parts)


def near_pictures(data: PreparedData, progress: Progress) -> Iterator[Pair]:
    """Yield the pairs of images of two groups that show one lesion; `score` is the agreement of their detail."""
    ids = [row.image_id for row in data.split.rows]
    _, groups = np.unique([row.group for row in data.split.rows], return_inverse=True)
    for pair in find_pairs(Pictures(prepared_squares(data)), groups=groups.astype(np.int64), progress=progress):
        one, other = sorted((ids[pair.first], ids[pair.second]))
        yield Pair(one, other, round(pair.agreement, 2))


def same_pictures(data: PreparedData) -> tuple[Pair, ...]:
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
    return tuple(Pair(*pair, 1.0) for pair in sorted(named))


def _pairs(rows: Iterable[list[int]]) -> Iterator[tuple[int, int]]:
    return (pair for found in rows for pair in combinations(found, 2))


def _equal(data: PreparedData, candidates: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    pixels = data.pixels(max(data.sizes_px))
    return (pair for pair in candidates if pixels[pair[0]].tobytes() == pixels[pair[1]].tobytes())
