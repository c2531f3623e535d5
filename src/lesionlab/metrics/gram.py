"""Inner products of many features, a block of rows at a time: made once, read by every metric that needs them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.blas import one_blas_thread
from lesionlab.core.processes import cores
from lesionlab.metrics.space import Features

BLOCK_ROWS = 512
READ_ROWS = 32  # of a block at a time: what the readers make of them stays in the processor's cache
PAIRS_AT_ONCE = 2**14  # so many exact distances are worked out at a time: their differences are float64 [pairs, d]
ROUNDING = 2.0**-24  # of float32

Block = NDArray[np.float32]
Reader = Callable[[slice, Block], None]  # takes the rows and their inner products [rows, columns]


@dataclass(frozen=True)
class Points:
    """Features beside a float32 copy about a common centre, in which distances lose few digits.

    A power of two scales the copy to norms about one, so that no square of it overflows or vanishes.
    """

    exact: Features  # [n, d], as given
    near: Block  # [n, d], (exact - centre) * scale
    squares: NDArray[np.float32]  # [n], squared norms of `near`
    centre: NDArray[np.float64]  # [d]
    scale: float

    def at_least(self, rows: slice, block: Block, columns: Points) -> Block:
        """Return lower bounds of the squared distances, in scaled units, from inner products [rows, columns]."""
        kept = np.float32(1 - self.rounding)
        distances = block * np.float32(-2)
        distances += (kept * self.squares[rows])[:, None]
        distances += kept * columns.squares
        return distances

    @property
    def rounding(self) -> float:
        """Return the share of both squared norms by which float32 may err in a squared distance.

        A sum of d products errs by at most d roundings of the factors' norms (Higham 2002, section 3.1); the copy's own
        rounding, the squares, the sums and a limit to compare with are a few more.
        """
        return float(self.near.shape[1] + 16) * ROUNDING

    def exact_squared(self, rows: NDArray[np.intp], other: Points, columns: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the squared distances of chosen pairs in float64, in scaled units."""
        found = np.empty(len(rows))
        for start in range(0, len(rows), PAIRS_AT_ONCE):
            some = slice(start, start + PAIRS_AT_ONCE)
            apart = self.exact[rows[some]].astype(np.float64) - other.exact[columns[some]]
            apart *= self.scale
            found[some] = np.einsum("ij,ij->i", apart, apart)
        return found


def points(*sets: Features) -> tuple[Points, ...]:
    """Prepare sets of features [n, d] about their common centre."""
    count = sum(len(features) for features in sets)
    centre = sum((features.sum(axis=0, dtype=np.float64) for features in sets), np.zeros(sets[0].shape[1])) / count
    spread = sum(_squared(features - centre) for features in sets) / count
    scale = float(2.0 ** -np.round(np.log2(spread) / 2)) if spread > 0 else 1.0
    return tuple(_about(features, centre, scale) for features in sets)


def _squared(apart: NDArray[np.float64]) -> float:
    return float(np.einsum("ij,ij->", apart, apart))


def _about(features: Features, centre: NDArray[np.float64], scale: float) -> Points:
    near = np.ascontiguousarray((features - centre) * scale, dtype=np.float32)
    return Points(features, near, np.einsum("ij,ij->i", near, near), centre, scale)


def read(rows: Points, columns: Points, *readers: Reader) -> None:
    """Give all rows of inner products to the readers, on several threads at once.

    A reader leaves the products as they are, and writes what belongs to its rows alone, or under a lock.
    """
    buffers: list[Block] = []

    def read_block(start: int) -> None:
        stop = min(start + BLOCK_ROWS, len(rows.near))
        buffer = buffers.pop() if buffers else np.empty((BLOCK_ROWS, len(columns.near)), dtype=np.float32)
        block = np.matmul(rows.near[start:stop], columns.near.T, out=buffer[: stop - start])
        for first in range(start, stop, READ_ROWS):
            some = slice(first, min(first + READ_ROWS, stop))
            for reader in readers:
                reader(some, block[some.start - start : some.stop - start])
        buffers.append(buffer)

    starts = range(0, len(rows.near), BLOCK_ROWS)
    with one_blas_thread():
        if len(starts) == 1:
            read_block(0)
            return
        with ThreadPoolExecutor(min(cores(), len(starts)), thread_name_prefix="gram") as pool:
            for done in [pool.submit(read_block, start) for start in starts]:
                done.result()
