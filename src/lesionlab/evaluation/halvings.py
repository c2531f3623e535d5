"""Halves of a part: what a generator is held against, and real images it never saw to hold it beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import DataError
from lesionlab.core.seeds import derive_seed

LEAST = 2  # lesions of a class in a half, below which it has no figure

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
    """Halve a part `draws` times, with one image of each lesion group, and draw as many synthetic ones of each class.

    Two images of one lesion in a half would make real halves look unlike each other; which one comes is drawn anew.
    `labels` [n] and `groups` are of the part, `made` [m] the labels of the synthetic images, at least half as many of
    each class. The halves of all draws are of one size, those of the classes `alike` of the same one.

    Raises:
        DataError: no class has 2 lesions in each half.
    """
    draw = np.random.default_rng(derive_seed("halvings", seed))
    _, member = np.unique(np.array(groups), return_inverse=True)
    picked = [_one_of_each(member, draw) for _ in range(draws)]
    counts = [np.bincount(labels[rows], minlength=int(labels.max()) + 1) // 2 for rows in picked]
    fewest: list[int] = np.min(counts, axis=0).tolist()
    if alike and all(label < len(fewest) and fewest[label] >= LEAST for label in alike):
        smallest = min(fewest[label] for label in alike)
        fewest = [smallest if label in alike else size for label, size in enumerate(fewest)]
    sizes = {label: size for label, size in enumerate(fewest) if size >= LEAST}
    if not sizes:
        raise DataError(
            f"The part has {len(set(groups)):,} lesions, of no class {2 * LEAST} to halve.", "Take a larger part."
        )
    return Halvings(sizes, tuple(_halving(labels, rows, made, sizes, draw) for rows in picked))


def _one_of_each(member: Rows, draw: np.random.Generator) -> Rows:
    """Return one row of each group, in random order."""
    order = draw.permutation(len(member))
    _, first = np.unique(member[order], return_index=True)
    return draw.permutation(order[first])


def _halving(labels: Labels, rows: Rows, made: Labels, sizes: dict[int, int], draw: np.random.Generator) -> Halving:
    of_class = {label: rows[labels[rows] == label] for label in sizes}
    fake = {label: draw.permutation(np.flatnonzero(made == label)) for label in sizes}
    return Halving(
        one=np.concatenate([of_class[label][:size] for label, size in sizes.items()]),
        other=np.concatenate([of_class[label][size : 2 * size] for label, size in sizes.items()]),
        fake=np.concatenate([fake[label][:size] for label, size in sizes.items()]),
    )
