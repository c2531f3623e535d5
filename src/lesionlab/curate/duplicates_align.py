"""Lay one picture on another: turn and scale from their spectra, shift from their correlation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionlab.curate.duplicates_filters import SIDE_PX, Floats, Integers, sample
from lesionlab.curate.duplicates_views import DETAIL_STEP, RING_ANGLES, RING_RATIO, RINGS, Views

PADDED_PX = 96  # shifts up to half a side do not wrap around
LEAST_OVERLAP = 0.5  # of the square
SCALE_STEPS = 4  # of 10% each way: a factor of 1.46

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Alignment:
    """How the second picture of each pair is laid on the first: mirrored, turned, scaled, then shifted, at 64 px."""

    degrees: Floats
    scale: Floats
    down_px: Floats
    right_px: Floats
    mirrored: Mask

    def parts(self) -> tuple[Floats, Floats, Floats, Floats, Mask]:
        """Return the five arrays, in their order."""
        return self.degrees, self.scale, self.down_px, self.right_px, self.mirrored

    def at(self, chosen: Mask | Integers) -> Alignment:
        """Return some of the alignments."""
        return _of([values[chosen] for values in self.parts()])

    def put(self, rows: Integers, other: Alignment) -> Alignment:
        """Return these with `other` at these rows."""
        changed = _of([values.copy() for values in self.parts()])
        for mine, theirs in zip(changed.parts(), other.parts(), strict=True):
            mine[rows] = theirs
        return changed


def joined(alignments: Sequence[Alignment]) -> Alignment:
    """Return alignments in a row."""
    return _of([np.concatenate(values) for values in zip(*(each.parts() for each in alignments), strict=True)])


def untouched(count: int) -> Alignment:
    """Return alignments that change nothing."""
    zero = np.zeros(count, np.float32)
    return Alignment(zero, zero + 1, zero, zero, np.zeros(count, np.bool_))


def turn_and_scale(views: Views, pairs: Integers, *, mirrored: bool = False) -> tuple[Floats, Alignment]:
    """Return how alike the spectra are at the best turn and scale, about -1..1, and these, up to half a turn."""
    ours, rings = _ring_spectra(views.rings[pairs[:, 0]]), views.rings[pairs[:, 1]]
    theirs = _ring_spectra(np.roll(rings[:, :, ::-1], 1, axis=2) if mirrored else rings)
    correlation = np.fft.irfft2(ours * np.conj(theirs), s=(2 * RINGS, RING_ANGLES))
    near = np.roll(correlation, SCALE_STEPS, axis=1)[:, : 2 * SCALE_STEPS + 1]
    best = near.reshape(len(pairs), (2 * SCALE_STEPS + 1) * RING_ANGLES).argmax(axis=1)
    steps, turns = best // RING_ANGLES - SCALE_STEPS, best % RING_ANGLES
    value, between_steps, between_turns = _peak(correlation, steps, turns)
    degrees = np.asarray((turns * 180 / RING_ANGLES + 90) % 180 - 90 + between_turns * 180 / RING_ANGLES, np.float32)
    zero = np.zeros(len(pairs), np.float32)
    scale = np.asarray(RING_RATIO ** -(steps + between_steps), np.float32)
    likeness = np.asarray(value / (RINGS * RING_ANGLES), np.float32)
    return likeness, Alignment(degrees, scale, zero, zero, np.full(len(pairs), mirrored))


def shifted(views: Views, pairs: Integers, alignment: Alignment | None = None) -> tuple[Floats, Alignment]:
    """Return the best correlation of detail over all shifts, about -1..1, and the alignments with these shifts."""
    first = views.detail[pairs[:, 0]].astype(np.float32) * np.float32(DETAIL_STEP)
    second = views.detail[pairs[:, 1]].astype(np.float32) * np.float32(DETAIL_STEP)
    laid = second if alignment is None else laid_on(second, alignment)[0]
    size = (PADDED_PX, PADDED_PX)
    both = np.fft.rfft2(first, s=size) * np.conj(np.fft.rfft2(laid, s=size))
    correlation = np.fft.irfft2(both, s=size).astype(np.float32) * _per_overlap()
    best = correlation.reshape(len(pairs), PADDED_PX**2).argmax(axis=1)
    down, right = best // PADDED_PX, best % PADDED_PX
    value, below, beside = _peak(correlation, down, right)
    alignment = alignment or untouched(len(pairs))
    return value, replace(alignment, down_px=_signed(down) + below, right_px=_signed(right) + beside)


def _peak(planes: NDArray[np.floating[Any]], rows: Integers, columns: Integers) -> tuple[Floats, Floats, Floats]:
    """Return the values of planes [n, H, W], which wrap around, at their peaks, and where between steps these lie."""
    each, (height, width) = np.arange(len(planes)), planes.shape[1:]

    def at(down: int, right: int) -> Floats:
        return np.asarray(planes[each, (rows + down) % height, (columns + right) % width], np.float32)

    top = at(0, 0)
    return top, _between(at(-1, 0), top, at(1, 0)), _between(at(0, -1), top, at(0, 1))


def _signed(steps: Integers) -> Floats:
    return np.asarray(np.where(steps > PADDED_PX // 2, steps - PADDED_PX, steps), np.float32)


def _between(before: Floats, top: Floats, after: Floats) -> Floats:
    """Return where between three steps a parabola through them is highest: -0.5..0.5."""
    bend = np.minimum(before - 2 * top + after, -1e-6)
    return np.asarray(np.clip(0.5 * (before - after) / bend, -0.5, 0.5), np.float32)


def laid_on(pictures: Floats, alignment: Alignment) -> tuple[Floats, Mask]:
    """Return float32 [n, 64, 64] laid as told, zero where nothing is known, and where something is."""
    flipped = np.where(alignment.mirrored[:, None, None], pictures[:, :, ::-1], pictures)
    middle = np.float32((SIDE_PX - 1) / 2)
    rows, columns = (line.reshape(1, -1).astype(np.float32) - middle for line in np.mgrid[:SIDE_PX, :SIDE_PX])
    rows, columns = rows - alignment.down_px[:, None], columns - alignment.right_px[:, None]
    turn = np.deg2rad(alignment.degrees)
    cosine, sine = (np.cos(turn) / alignment.scale)[:, None], (np.sin(turn) / alignment.scale)[:, None]
    down = cosine * rows - sine * columns + middle
    right = sine * rows + cosine * columns + middle
    inside = (down >= 0) & (down <= SIDE_PX - 1) & (right >= 0) & (right <= SIDE_PX - 1)
    values = sample(flipped, np.clip(down, 0, SIDE_PX - 1), np.clip(right, 0, SIDE_PX - 1))
    shape = (len(pictures), SIDE_PX, SIDE_PX)
    return np.asarray(values * inside, np.float32).reshape(shape), inside.reshape(shape)


def _of(parts: Sequence[NDArray[Any]]) -> Alignment:
    return Alignment(*parts)


def _ring_spectra(rings: NDArray[np.float16]) -> NDArray[np.complex64]:
    return np.asarray(np.fft.rfft2(rings.astype(np.float32), s=(2 * RINGS, RING_ANGLES)), np.complex64)


@cache
def _per_overlap() -> Floats:
    """Return one over the number of pixels that overlap at each shift, and zero where they are too few."""
    steps = np.arange(PADDED_PX)
    overlap = np.maximum(SIDE_PX - np.minimum(steps, PADDED_PX - steps), 0)
    pixels = np.outer(overlap, overlap)
    enough = pixels >= LEAST_OVERLAP * SIDE_PX**2
    return np.asarray(np.where(enough, 1 / np.maximum(pixels, 1), 0), np.float32)
