"""Halves of a part: what a generator is held against, and real images it never saw to hold it beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import DataError
from lesionlab.core.seeds import derive_seed

LEAST = 2  # images of a class in a half, below which it has no figure

Labels = NDArray[np.int64]
Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Halving:
    """Rows of two halves of a part that share no lesion, and of as many synthetic images, class after class."""

    one: Rows
    other: Rows
    fake: Rows


@dataclass(frozen=True)
class Halvings:
    """The same part halved several times: `sizes` says how many images of each class a half has, by label."""

    sizes: dict[int, int]
    each: tuple[Halving, ...]

    @property
    def n(self) -> int:
        """The images of a half."""
        return sum(self.sizes.values())

    def scope(self, label: int) -> slice:
        """Return where the images of a class stand in each half."""
        labels = list(self.sizes)
        start = sum(self.sizes[before] for before in labels[: labels.index(label)])
        return slice(start, start + self.sizes[label])


def halvings(
    labels: Labels, groups: Sequence[str], made: Labels, draws: int, alike: Sequence[int] = (), seed: int = 0
) -> Halvings:
    """Halve a part `draws` times, whole lesion groups at a time, and draw as many synthetic images of each class.

    `labels` [n] and `groups` are of the part, `made` [m] the labels of the synthetic images, at least half as many of
    each class. The halves of all draws are of one size, those of the classes `alike` of the same one.

    Raises:
        DataError: no class has 2 images in each half.
    """
    draw = np.random.default_rng(derive_seed("halvings", seed))
    _, first, member = np.unique(np.array(groups), return_index=True, return_inverse=True)
    sides = [_deal(labels[first], np.bincount(member), draw)[member] for _ in range(draws)]
    counts = [np.bincount(labels[side == half], minlength=int(labels.max()) + 1) for side in sides for half in (0, 1)]
    fewest: list[int] = np.min(counts, axis=0).tolist()
    if alike and all(label < len(fewest) and fewest[label] >= LEAST for label in alike):
        smallest = min(fewest[label] for label in alike)
        fewest = [smallest if label in alike else size for label, size in enumerate(fewest)]
    sizes = {label: size for label, size in enumerate(fewest) if size >= LEAST}
    if not sizes:
        raise DataError(
            f"The part has {len(labels):,} images, of no class {LEAST} lesions to halve.", "Take a larger part."
        )
    return Halvings(sizes, tuple(_halving(labels, side, made, sizes, draw) for side in sides))


def _deal(labels: Labels, sizes: NDArray[np.intp], draw: np.random.Generator) -> NDArray[np.int8]:
    """Return the half of each group, of so many images of one class each: the largest first, to the half that lacks."""
    have = np.zeros((2, int(labels.max()) + 1), np.int64)
    side = np.empty(len(sizes), np.int8)
    for group in np.lexsort((draw.random(len(sizes)), -sizes)):
        one, other = have[:, labels[group]]
        side[group] = draw.integers(2) if one == other else int(other < one)
        have[side[group], labels[group]] += sizes[group]
    return side


def _halving(
    labels: Labels, side: NDArray[np.int8], made: Labels, sizes: dict[int, int], draw: np.random.Generator
) -> Halving:
    def some(of: Labels, among: NDArray[np.bool_]) -> Rows:
        rows = [draw.permutation(np.flatnonzero(among & (of == label)))[:size] for label, size in sizes.items()]
        return np.concatenate(rows)

    return Halving(some(labels, side == 0), some(labels, side == 1), some(made, np.ones(len(made), bool)))
