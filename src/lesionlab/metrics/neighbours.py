"""Nearest neighbours: found in float32, decided in float64 wherever float32 cannot tell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import InputError
from lesionlab.metrics.gram import Block, Points, points, read
from lesionlab.metrics.space import Features

STRETCHES_PER_NEIGHBOUR = 16

Groups = NDArray[np.integer]


@dataclass(frozen=True)
class Neighbours:
    """The nearest k of each row, nearest first: distances float64 [n, k] and indices [n, k] among the columns."""

    distances: NDArray[np.float64]
    indices: NDArray[np.intp]


class Nearest:
    """Keep the k nearest columns of each row; rows and columns of one group do not count as neighbours."""

    def __init__(self, rows: Points, columns: Points, k: int, groups: tuple[Groups, Groups] | None = None) -> None:
        self.squared = np.empty((len(rows.near), k))  # in scaled units
        self.indices = np.empty((len(rows.near), k), dtype=np.intp)
        self._rows, self._columns, self._k, self._groups = rows, columns, k, groups

    def __call__(self, rows: slice, block: Block) -> None:
        """Read the inner products [rows, columns]."""
        bounds = self._rows.at_least(rows, block, self._columns)
        if self._groups is not None:
            row_groups, column_groups = self._groups
            bounds[row_groups[rows, None] == column_groups] = np.inf
        row, column = np.divmod(np.flatnonzero(bounds <= self._reach(rows, bounds)[:, None]), bounds.shape[1])
        squared = self._rows.exact_squared(row + rows.start, self._columns, column)
        order = np.lexsort((squared, row))
        chosen = order[np.searchsorted(row, np.arange(len(bounds)))[:, None] + np.arange(self._k)]
        self.squared[rows], self.indices[rows] = squared[chosen], column[chosen]

    def _reach(self, rows: slice, bounds: Block) -> Block:
        """Return squared distances [rows] within which k neighbours lie for certain, though little more than those.

        k columns have bounds within `low`. None of them is further than `low` + 2 r (|x|^2 + |y|^2), r being the
        rounding, and with |y|^2 <= 2 |x|^2 + 2 distance^2 this is `low` + 6 r |x|^2 + 4 r distance^2.
        """
        low, share = _kth_or_little_more(bounds, self._k).astype(np.float64), self._rows.rounding
        reach = (np.maximum(low, 0) + 6 * share * self._rows.squares[rows]) / (1 - 4 * share)
        above: Block = np.nextafter(reach.astype(np.float32), np.float32(np.inf))
        return above

    def neighbours(self) -> Neighbours:
        """Return what was found, in the features' own units."""
        return Neighbours(np.sqrt(self.squared) / self._rows.scale, self.indices)


def _kth_or_little_more(bounds: Block, k: int) -> Block:
    """Return a value [rows] that at least k of each row's do not exceed: the k-th of the stretches' least."""
    stretches = np.linspace(0, bounds.shape[1], STRETCHES_PER_NEIGHBOUR * k, endpoint=False).astype(np.intp)
    if bounds.shape[1] > 4 * len(stretches):
        least = np.partition(np.minimum.reduceat(bounds, stretches, axis=1), k - 1, axis=1)[:, k - 1]
        if np.isfinite(least).all():
            return least
    return np.partition(bounds, k - 1, axis=1)[:, k - 1]


def apart_from_itself(n: int) -> tuple[Groups, Groups]:
    """Return groups under which an image is no neighbour of its own: for the neighbours within one set of n."""
    return np.arange(n, dtype=np.int32), np.arange(n, dtype=np.int32)


def nearest(rows: Features, columns: Features, k: int, groups: tuple[Groups, Groups] | None = None) -> Neighbours:
    """Find the k nearest columns [m, d] of each row [n, d], by Euclidean distance, exactly; float32 features.

    `groups` are integers [n] and [m]; a column of a row's own group is no neighbour of it.

    Raises:
        InputError: some row has fewer than k columns of other groups.
    """
    fewest = len(columns)
    if groups is not None:
        kinds, counts = np.unique(groups[1], return_counts=True)
        largest = counts[np.isin(kinds, groups[0])]
        fewest -= int(largest.max()) if len(largest) else 0
    if fewest < k:
        raise InputError(f"Some image has {fewest} others to compare with, not {k}.", "Give more images.")
    one, other = points(rows, columns)
    found = Nearest(one, other, k, groups)
    read(one, other, found)
    return found.neighbours()
