"""Whether two pictures show one lesion: lay the one on the other and see whether their fine detail agrees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.progress import Progress, silent
from lesionlab.curate.duplicates_align import Alignment, Mask, joined, laid_on, shifted, turn_and_scale, untouched
from lesionlab.curate.duplicates_filters import Floats, Integers, band, box, grey, runs, smooth, threads
from lesionlab.curate.duplicates_views import Views

LIKE_SPECTRA = 0.45  # of spectra at the best turn and scale; below, these are not tried
HARDLY_LIKE_SPECTRA = 0.25  # below, nothing is
LIKE_DETAIL = 0.25  # below, the agreement is not looked at
WORTH_REFINING = (0.12, 0.16)  # below, it is taken as it is, before a coarse and before a fine search
WINDOW_PX = 5
NOISE = 4e-6  # variance of detail, as a root of luminance, that says nothing
EDGE = 0.02  # slope, in the same, of an outline: two dark ovals agree in theirs and are two lesions all the same
BLOCK = 256

Pick = Callable[[Integers], NDArray[np.uint8]]


@dataclass(frozen=True, eq=False)
class Judged:
    """Pairs that came as far as being compared, their agreement (about 0..1) and how the second lies on the first."""

    pairs: Integers
    agreement: Floats
    alignment: Alignment


def judge(views: Views, pick: Pick, pairs: Integers, may_mirror: Mask, progress: Progress = silent) -> Judged:
    """Compare pairs of positions [m, 2]; `pick(positions)` yields uint8 [n, 64, 64, 3].

    A mirrored picture is one lesion only where `may_mirror` says that the pair may be one file, changed.
    """

    def one(run: slice) -> Judged:
        return _refined(views, pick, _compared(views, pick, pairs[run], may_mirror[run]))

    found: list[Judged] = [Judged(np.empty((0, 2), np.int64), np.empty(0, np.float32), untouched(0))]
    with threads() as pool:
        for number, judged in enumerate(pool.map(one, runs(len(pairs), BLOCK))):
            found.append(judged)
            progress(min((number + 1) * BLOCK, len(pairs)), len(pairs))
    return _joined(found)


def agreement(first: NDArray[np.uint8], second: NDArray[np.uint8], alignment: Alignment) -> Floats:
    """Return how far the fine detail of uint8 [n, 64, 64, 3] agrees where both show some: about 0..1.

    The local correlation over 5 px, averaged over what both see; outlines count little.
    """
    ours = np.sqrt(grey(first) / 255)
    theirs, seen = laid_on(np.sqrt(grey(second) / 255), alignment)
    weight = (box(seen.astype(np.float32), WINDOW_PX) > 0.99) / (
        1 + (np.maximum(_slope(ours), _slope(theirs)) / EDGE) ** 2
    )
    one, other = band(ours, 0.5, 2), band(theirs, 0.5, 2)
    mean_one, mean_other = box(one, WINDOW_PX), box(other, WINDOW_PX)
    spread = (box(one * one, WINDOW_PX) - mean_one**2 + NOISE) * (box(other * other, WINDOW_PX) - mean_other**2 + NOISE)
    local = (box(one * other, WINDOW_PX) - mean_one * mean_other) / np.sqrt(np.maximum(spread, NOISE**2))
    return np.asarray((local * weight).sum(axis=(1, 2)) / (weight.sum(axis=(1, 2)) + 1e-3), np.float32)


def _compared(views: Views, pick: Pick, pairs: Integers, may_mirror: Mask) -> Judged:
    likeness, turned = turn_and_scale(views, pairs)
    hopeful = np.flatnonzero((likeness >= HARDLY_LIKE_SPECTRA) | may_mirror)
    pairs, may_mirror, likeness, turned = pairs[hopeful], may_mirror[hopeful], likeness[hopeful], turned.at(hopeful)
    best, alignment = shifted(views, pairs)
    free = np.flatnonzero(may_mirror)
    mirrored_likeness, mirrored = turn_and_scale(views, pairs[free], mirrored=True)
    tries = ((np.arange(len(pairs)), likeness, turned), (free, mirrored_likeness, mirrored))
    for rows, alike, found in tries:
        chosen = alike >= LIKE_SPECTRA
        rows, found = rows[chosen], found.at(chosen)
        for half_turn in (0, 180):
            tried = replace(found, degrees=found.degrees + np.float32(half_turn))
            value, laid = shifted(views, pairs[rows], tried)
            wins = value > best[rows]
            alignment = alignment.put(rows[wins], laid.at(wins))
            best[rows[wins]] = value[wins]
    kept = np.flatnonzero(best >= LIKE_DETAIL)
    return _agreeing(pick, pairs[kept], alignment.at(kept))


def _refined(views: Views, pick: Pick, judged: Judged) -> Judged:
    """Try turns and scales around those found, coarsely, then finely, where it may matter."""
    for step, worth in zip((1.0, 0.5), WORTH_REFINING, strict=True):
        rows = np.flatnonzero(judged.agreement >= worth)
        pairs, start = judged.pairs[rows], judged.alignment.at(rows)
        best, alignment = judged.agreement[rows], start
        for degrees, scale in _around(step):
            tried = replace(start, degrees=start.degrees + degrees, scale=start.scale * scale)
            found = _agreeing(pick, pairs, shifted(views, pairs, tried)[1])
            wins = np.flatnonzero(found.agreement > best)
            alignment = alignment.put(wins, found.alignment.at(wins))
            best[wins] = found.agreement[wins]
        agreement = judged.agreement.copy()
        agreement[rows] = best
        judged = Judged(judged.pairs, agreement, judged.alignment.put(rows, alignment))
    return judged


def _around(step: float) -> Iterator[tuple[np.float32, np.float32]]:
    for degrees in (-1.5 * step, 0.0, 1.5 * step):
        for percent in (-3 * step, 0.0, 3 * step):
            yield np.float32(degrees), np.float32(1 + percent / 100)


def _agreeing(pick: Pick, pairs: Integers, alignment: Alignment) -> Judged:
    return Judged(pairs, agreement(pick(pairs[:, 0]), pick(pairs[:, 1]), alignment), alignment)


def _slope(root: Floats) -> Floats:
    soft = smooth(root, 1.5)
    down, right = np.gradient(soft, axis=(1, 2))
    return np.asarray(np.hypot(down, right), np.float32)


def _joined(found: list[Judged]) -> Judged:
    return Judged(
        np.concatenate([each.pairs for each in found]),
        np.concatenate([each.agreement for each in found]),
        joined([each.alignment for each in found]),
    )
