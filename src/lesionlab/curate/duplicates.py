"""Pairs of pictures that show one lesion: the same file, the same picture changed, or near by sight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from lesionlab.core.picture_hash import Hashes, distance
from lesionlab.core.progress import Progress, silent
from lesionlab.curate.duplicates_filters import Integers
from lesionlab.curate.duplicates_judge import Judged, judge
from lesionlab.curate.duplicates_pictures import Pictures
from lesionlab.curate.duplicates_search import near_hashes, nearest, unordered
from lesionlab.curate.duplicates_views import Views, describe

Kind = Literal["same file", "re-encoded", "near"]

# Each with its measurement in docs/data.md, "Near duplicates".
NEAR = 0.24  # agreement from which two pictures show one lesion
SAME_PICTURE = 0.70  # and from which, at nearly the same scale, they are one picture
SAME_PICTURE_HASH = (0.45, 6)  # or this agreement at a hash this many bits away
SAME_SCALE = (0.90, 1.12)
SAME_TURN = 1.5  # degrees from a quarter turn
SAME_PLACE_PX = 4.0
MIRRORED = 0.35  # from which a mirrored picture is taken for the same: no camera mirrors, but files are
HASH_BITS = 8  # a pair this close by hash is compared, whatever else
NEIGHBOURS = 50  # and so are each picture's nearest of other groups
TURNLESS_NEIGHBOURS = 8  # and the nearest however turned or mirrored


@dataclass(frozen=True)
class Pair:
    """Two pictures by their positions, the smaller first, and how the second lies on the first, at 64 px."""

    first: int
    second: int
    kind: Kind
    agreement: float  # 0..1
    bits: int  # by which their hashes differ in the nearest orientation
    degrees: float = 0.0
    scale: float = 1.0
    down_px: float = 0.0
    right_px: float = 0.0
    mirrored: bool = False


def find_pairs(
    pictures: Pictures,
    *,
    groups: Integers | None = None,
    queries: Integers | None = None,
    sha256s: Sequence[str] | None = None,
    at_least: float = NEAR,
    progress: Progress = silent,
) -> list[Pair]:
    """Return the pairs with an agreement of `at_least`, in the order of their positions; the same for the same input.

    `groups` [n] names what belongs together already: such pairs are left out. With `queries`, only pairs that hold one
    of these positions are searched for. `sha256s` (blank: unknown) tell equal files at once.
    """
    count = len(pictures)
    if count < 2:
        return []
    own = np.arange(count) if groups is None else groups
    asked = np.arange(count) if queries is None else queries
    hashes = pictures.hashes(_share(progress, 0.00, 0.05, count))
    views = describe(pictures.run, count, _share(progress, 0.05, 0.15, count))
    pairs, may_mirror = candidates(views, hashes, asked, own, _share(progress, 0.15, 0.30, count))
    judged = judge(views, pictures.take, pairs, may_mirror, _share(progress, 0.30, 1.00, count))
    found = _pairs(judged, hashes, at_least)
    same = _same_files(sha256s or (), own, set(asked.tolist()))
    return sorted({(p.first, p.second): p for p in [*found, *same]}.values(), key=lambda p: (p.first, p.second))


def candidates(
    views: Views, hashes: Hashes, asked: Integers, groups: Integers, progress: Progress = silent
) -> tuple[Integers, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Return the pairs worth comparing, int64 [m, 2] in order, and which of them may be mirrored."""
    by_hash = near_hashes(hashes[asked], hashes[:, 0], HASH_BITS, _share(progress, 0.0, 0.3, 100))
    by_hash[:, 0] = asked[by_hash[:, 0]]
    upright = _nearest(views.vectors, NEIGHBOURS, asked, groups, _share(progress, 0.3, 0.7, 100))
    turnless = views.vectors[:, views.turnless :]
    anyhow = _nearest(turnless, TURNLESS_NEIGHBOURS, asked, groups, _share(progress, 0.7, 1.0, 100))
    pairs = unordered(np.concatenate([by_hash, upright, anyhow]))
    pairs = pairs[groups[pairs[:, 0]] != groups[pairs[:, 1]]]
    free = unordered(np.concatenate([by_hash, anyhow]))
    count = len(hashes)
    return pairs, np.isin(pairs[:, 0] * count + pairs[:, 1], free[:, 0] * count + free[:, 1])


def _nearest(vectors: np.ndarray, count: int, asked: Integers, groups: Integers, progress: Progress) -> Integers:
    found = nearest(vectors[asked], vectors, count, groups[asked], groups, progress)
    found[:, 0] = asked[found[:, 0]]
    return found


def _pairs(judged: Judged, hashes: Hashes, at_least: float) -> list[Pair]:
    found = []
    for row in np.flatnonzero(judged.agreement >= at_least).tolist():
        first, second = judged.pairs[row].tolist()
        laid = judged.alignment.at(np.array([row]))
        pair = Pair(
            first,
            second,
            "near",
            round(float(judged.agreement[row]), 4),
            int(distance(hashes[first], hashes[second, 0]).min()),
            round(float(laid.degrees[0]), 2),
            round(float(laid.scale[0]), 4),
            round(float(laid.down_px[0]), 2),
            round(float(laid.right_px[0]), 2),
            bool(laid.mirrored[0]),
        )
        # Nobody photographs through a mirror: what agrees a little when mirrored are two dark ovals.
        if not pair.mirrored or pair.agreement >= MIRRORED:
            found.append(replace(pair, kind="re-encoded") if _same_picture(pair) else pair)
    return found


def _same_picture(pair: Pair) -> bool:
    """Tell whether the one is the other file changed, and not a second photograph."""
    agreement, bits = SAME_PICTURE_HASH
    alike = pair.agreement >= SAME_PICTURE or (pair.agreement >= agreement and pair.bits <= bits)
    upright = abs((pair.degrees + 45) % 90 - 45) <= SAME_TURN
    in_place = max(abs(pair.down_px), abs(pair.right_px)) <= SAME_PLACE_PX
    return alike and upright and in_place and SAME_SCALE[0] <= pair.scale <= SAME_SCALE[1]


def _same_files(sha256s: Sequence[str], groups: Integers, asked: set[int]) -> list[Pair]:
    seen: dict[str, int] = {}
    found = []
    for position, sha256 in enumerate(sha256s):
        first = seen.setdefault(sha256, position) if sha256 else position
        if first != position and groups[first] != groups[position] and (first in asked or position in asked):
            found.append(Pair(first, position, "same file", 1.0, 0))
    return found


def _share(progress: Progress, start: float, end: float, count: int) -> Progress:
    """Return a progress for one step of several, in pictures of the whole."""

    def report(done: float, total: float, **figures: float) -> None:
        progress(round(count * (start + (end - start) * done / max(total, 1))), count, **figures)

    return report
