"""The committed table of HAM10000's ids and hashes, by which its images are known without having them."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import DataError
from lesionlab.core.files import write_text
from lesionlab.core.imaging import Pixels, read, square
from lesionlab.core.picture_hash import Hashes
from lesionlab.core.progress import Progress, silent
from lesionlab.core.resources import splits_folder
from lesionlab.curate.identity_hash import SIDE_PX, WORDS, inner_hash, window_hashes
from lesionlab.data.groups import known_duplicates, lesion_groups
from lesionlab.data.ham10000 import read_ham10000

MOST_TRUSTED, LEAST_TRUSTED = 34, 12
MARGIN = 12  # bits less than another lesion is away: pictures from elsewhere come a little nearer than its own
TABLE_NAME = "ham10000-hashes.csv"
FIRST_LOOK = 100  # images, by the coarsest word in a few windows, that all windows are then compared with
COARSE_WINDOWS = (0, 10, 14, 30, 34, 22)  # uncut, and with 5% cut off in each corner and around


@dataclass(frozen=True, eq=False)
class HashTable:
    """Ids, their hashes, uint64 [n, 4], and up to how many bits, of 255, each is trusted to be the same picture."""

    ids: tuple[str, ...]
    hashes: Hashes
    trusted: NDArray[np.int64]

    def nearest(self, pixels: Pixels, but: Collection[int] = ()) -> tuple[int, int]:
        """Return the position of the image most like a picture, however turned or cut a little, and the bits between.

        The positions `but` are passed over.
        """
        asked = window_hashes(pixels)
        apart = self._first_look(asked[list(COARSE_WINDOWS), :, 0].ravel())
        apart[list(but)] = 64
        chosen = np.argsort(apart, kind="stable")[:FIRST_LOOK]
        bits = _fewest_bits(asked.reshape(-1, WORDS), self.hashes[chosen])
        bits[np.isin(chosen, list(but))] = 64 * WORDS
        best = int(bits.argmin())
        return int(chosen[best]), int(bits[best])

    def _first_look(self, asked: Hashes) -> NDArray[np.uint8]:
        """Return by how many bits each image's coarsest word differs from the nearest of those asked: uint8 [n]."""
        words = np.ascontiguousarray(self.hashes[:, 0])
        fewest = np.full(len(words), 64, np.uint8)
        differing, bits = np.empty_like(words), np.empty_like(fewest)
        for word in asked:  # one after the other: an array of all pairs would not stay in the processor's cache
            np.bitwise_xor(words, word, out=differing)
            np.bitwise_count(differing, out=bits)
            np.minimum(fewest, bits, out=fewest)
        return fewest


def _fewest_bits(asked: Hashes, held: Hashes) -> NDArray[np.uint16]:
    """Return by how many bits each of `held` [n, 4] differs from the nearest of `asked` [m, 4]: uint16 [n]."""
    differing = np.zeros((len(asked), len(held)), np.uint16)
    for word in range(WORDS):
        differing += np.bitwise_count(asked[:, word, None] ^ held[:, word])
    return np.asarray(differing.min(axis=0))


@cache
def ham10000_table() -> HashTable:
    """Read the committed table.

    Raises:
        DataError: it is missing or damaged.
    """
    path = splits_folder() / TABLE_NAME
    try:
        rows = list(csv.reader(path.read_text(encoding="ascii").splitlines()))
        words = [[int(row[1][16 * word : 16 * word + 16], 16) for word in range(WORDS)] for row in rows[1:]]
        trusted = np.array([int(row[2]) for row in rows[1:]], np.int64)
        return HashTable(tuple(row[0] for row in rows[1:]), np.array(words, np.uint64), trusted)
    except (OSError, ValueError, IndexError) as error:
        raise DataError(f"{path} is missing or damaged.", "Install LesionLab again.") from error


def write_table(source: Path, path: Path, progress: Progress = silent) -> int:
    """Write the table of a folder in the layout of HAM10000 and return its number of rows.

    An image is trusted up to 34 bits, or up to `MARGIN` less than the nearest image of another lesion is away: smooth
    pictures resemble many.

    Raises:
        DataError, ImageError: the folder or an image in it cannot be read.
    """
    found = read_ham10000(source)
    group_of = lesion_groups({row.image_id: row.lesion_id for row in found.rows}, known_duplicates())
    files = sorted(found.files.items())
    squares = []
    for number, (_, file) in enumerate(files, start=1):
        squares.append(square(read(file), SIDE_PX))
        progress(number, 2 * len(files))
    hashes = np.array([inner_hash(each) for each in squares], np.uint64)
    table = HashTable(tuple(image_id for image_id, _ in files), hashes, np.full(len(files), MOST_TRUSTED))
    siblings: defaultdict[str, list[int]] = defaultdict(list)
    for position, image_id in enumerate(table.ids):
        siblings[group_of[image_id]].append(position)
    for position, each in enumerate(squares):
        other, bits = table.nearest(each, but=siblings[group_of[table.ids[position]]])
        for one in (position, other):
            table.trusted[one] = min(table.trusted[one], max(bits - MARGIN, LEAST_TRUSTED))
        progress(len(files) + position + 1, 2 * len(files))
    lines = [f"{table.ids[row]},{_hex(hashes[row])},{table.trusted[row]}" for row in range(len(files))]
    write_text(path, "\n".join(["image_id,hash,trusted_bits", *lines]) + "\n")
    return len(files)


def _hex(words: Hashes) -> str:
    return "".join(f"{int(word):016x}" for word in words)
