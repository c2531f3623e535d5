"""Pairs worth a closer look among many pictures: by the distance of hashes and by the product of vectors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.picture_hash import Hashes
from lesionlab.core.progress import Progress, silent
from lesionlab.curate.duplicates_filters import Floats, Integers, runs, threads

HASH_ROWS = 64  # 8 orientations of these against the columns below: 16 MiB at a time
HASH_COLUMNS = 4096
VECTOR_ROWS = 128  # against 100,000 columns: 50 MiB of products at a time in each thread


def near_hashes(oriented: Hashes, plain: Hashes, at_most: int, progress: Progress = silent) -> Integers:
    """Return the pairs (row, column) whose hashes differ in `at_most` bits in some orientation: int64 [m, 2], in order.

    `oriented` is uint64 [n, 8], `plain` uint64 [k]; every one is compared with every other.
    """

    def search(run: slice) -> list[Integers]:
        found = []
        for columns in runs(len(plain), HASH_COLUMNS):
            differing = np.bitwise_count(oriented[run, :, None] ^ plain[None, None, columns]).min(axis=1)
            pairs = np.argwhere(differing <= at_most)
            found.append(pairs + np.array([run.start, columns.start]))
        return found

    collected: list[Integers] = [np.empty((0, 2), np.int64)]
    with threads() as pool:
        for number, found in enumerate(pool.map(search, all_runs := runs(len(oriented), HASH_ROWS))):
            collected += found
            progress(number + 1, len(all_runs))
    pairs = np.concatenate(collected)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def nearest(
    queries: Floats,
    vectors: Floats,
    count: int,
    query_groups: Integers,
    groups: Integers,
    progress: Progress = silent,
) -> Integers:
    """Return the pairs of each query with the `count` vectors of greatest product: int64 [m, 2], in order.

    Vectors of a query's own group are left out: what belongs together already is not searched for.
    """
    order, bounds = _by_group(groups)

    def search(run: slice) -> Integers:
        lacking = -queries[run] @ vectors.T  # the smaller, the nearer: what partitioning sorts by
        for row, group in enumerate(query_groups[run]):
            first, last = bounds.get(int(group), (0, 0))
            lacking[row, order[first:last]] = np.inf
        return _best(lacking, count, run.start)

    collected: list[Integers] = [np.empty((0, 2), np.int64)]
    with threads() as pool:
        for number, found in enumerate(pool.map(search, all_runs := runs(len(queries), VECTOR_ROWS))):
            collected.append(found)
            progress(number + 1, len(all_runs))
    return np.concatenate(collected)


def unordered(pairs: Integers) -> Integers:
    """Return pairs of one list's positions with the smaller first, each once, in order."""
    return np.unique(np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1), axis=0)


def _best(lacking: Floats, count: int, first_row: int) -> Integers:
    kept = min(count, lacking.shape[1])
    columns = np.argpartition(lacking, kept - 1, axis=1)[:, :kept]
    rows = np.repeat(np.arange(len(lacking)), kept)
    flat = columns.ravel()
    real = np.isfinite(lacking[rows, flat])
    pairs: NDArray[np.int64] = np.stack([rows[real] + first_row, flat[real]], axis=1).astype(np.int64)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def _by_group(groups: Integers) -> tuple[Integers, dict[int, tuple[int, int]]]:
    order = np.argsort(groups, kind="stable")
    names, starts = np.unique(groups[order], return_index=True)
    ends = [*starts[1:].tolist(), len(groups)]
    return order, dict(zip(names.tolist(), zip(starts.tolist(), ends, strict=True), strict=True))
