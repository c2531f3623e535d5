"""Squares from several places as one list: a memory-mapped pixel file, single pictures, or both in a row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.imaging import Pixels, square
from lesionlab.core.picture_hash import Hashes, bits, frequencies, oriented
from lesionlab.core.progress import Progress, silent
from lesionlab.curate.duplicates_filters import SIDE_PX, Integers
from lesionlab.data.prepared import PreparedData

Source = NDArray[np.uint8] | Sequence[Pixels]


class Pictures:
    """Pictures by position, 0 to their number less one, each read when it is asked for."""

    def __init__(self, *sources: Source) -> None:
        self._sources = sources
        self._starts = np.cumsum([0, *(len(source) for source in sources)])

    def __len__(self) -> int:
        return int(self._starts[-1])

    def take(self, positions: Integers) -> NDArray[np.uint8]:
        """Return the centre squares of these pictures: uint8 [n, 64, 64, 3]."""
        taken = np.empty((len(positions), SIDE_PX, SIDE_PX, 3), np.uint8)
        for row, position in enumerate(positions.tolist()):
            source = int(np.searchsorted(self._starts, position, side="right")) - 1
            found = np.asarray(self._sources[source][position - int(self._starts[source])])
            taken[row] = found if found.shape[:2] == (SIDE_PX, SIDE_PX) else square(found, SIDE_PX)
        return taken

    def run(self, run: slice) -> NDArray[np.uint8]:
        """Return the centre squares of pictures in a row; see `take`."""
        return self.take(np.arange(run.start, run.stop))

    def hashes(self, progress: Progress = silent) -> Hashes:
        """Return the picture hashes in all eight orientations: uint64 [n, 8]."""
        found = np.empty((len(self), 8), np.uint64)
        for position in range(len(self)):
            found[position] = bits(oriented(frequencies(self.take(np.array([position]))[0])))
            if position % 1000 == 0:
                progress(position, len(self))
        return found


def prepared_squares(data: PreparedData) -> NDArray[np.uint8]:
    """Return the pixels of a prepared set at 64 px or the next size there is, read-only by memory map."""
    return data.pixels(data.size_for(SIDE_PX))


def largest_squares(data: PreparedData) -> NDArray[np.uint8]:
    """Return the pixels of a prepared set at its largest size, to be looked at."""
    return data.pixels(max(data.sizes_px))
