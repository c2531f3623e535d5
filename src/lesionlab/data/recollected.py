"""Added images that are, after all, pictures of what is held out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.archive_ids import archive_id
from lesionlab.core.errors import LeakError
from lesionlab.core.imaging import square
from lesionlab.core.picture_hash import SIDE_PX, Hashes, bits, distance, frequencies, oriented
from lesionlab.core.progress import Progress, silent
from lesionlab.data.holding_out import added_images
from lesionlab.data.prepared import Part, PreparedData

MAX_BITS = 8
# Of 21 million pairs of HAM10000 in training and held out, none that is 8 bits near correlates above 0.971.
MIN_CORRELATION = 0.98
_COMPARED_PX = 64


def check_recollected(real: Part, progress: Progress = silent) -> None:
    """Refuse added images in training that are images of the validation or test part: by id, by bytes or by picture.

    Preparing leaves them out; this is asked again where training begins. Sets without added images cost nothing.

    Raises:
        LeakError: some are.
    """
    added = added_images(real.data)
    mine = [i for i, image_id in zip(real.indices.tolist(), real.image_ids, strict=True) if image_id in added]
    if not mine:
        return
    rows = real.data.split.rows
    held = [i for i, row in enumerate(rows) if row.part != "train"]
    found = _by_name(real.data, mine, held) or _by_picture(real.data, mine, held, progress)
    if found:
        one, other, how = found[0]
        raise LeakError(
            f"{len(found):,} of {len(mine):,} added images in training are held-out ones: {rows[one].image_id} has the "
            f"{how} of {rows[other].image_id} ({rows[other].part} part, group {rows[other].group}).",
            f"Prepare '{real.data.name}' again, with a collection in which they are known, or without them.",
        )


def _by_name(data: PreparedData, mine: Sequence[int], held: Sequence[int]) -> list[tuple[int, int, str]]:
    names = {archive_id(data.split.rows[i].image_id): i for i in held}
    files = {data.metadata[i].get("sha256", ""): i for i in held}
    found = []
    for i in mine:
        name, sha256 = archive_id(data.split.rows[i].image_id), data.metadata[i].get("sha256", "")
        if name and name in names:
            found.append((i, names[name], "id"))
        elif sha256 and sha256 in files:
            found.append((i, files[sha256], "bytes"))
    return found


def _by_picture(
    data: PreparedData, mine: Sequence[int], held: Sequence[int], progress: Progress
) -> list[tuple[int, int, str]]:
    size_px = data.size_for(_COMPARED_PX)
    looks: list[Look] = []
    for pixels in data.take_pixels(size_px, np.array([*held, *mine], np.int64)):
        looks.append(Look(pixels))
        progress(len(looks), len(held) + len(mine))
    theirs, ours = looks[: len(held)], looks[len(held) :]
    hashes = np.array([look.hashes[0] for look in theirs], np.uint64)
    return [
        (i, held[place], "picture")
        for i, look in zip(mine, ours, strict=True)
        for place in look.same_among(theirs, hashes)
    ]


class Look:
    """A picture, uint8 [H, W, 3], as it is compared: its hashes in the eight orientations, and its grey square."""

    def __init__(self, pixels: NDArray[np.uint8]) -> None:
        self.hashes = bits(oriented(frequencies(pixels)))
        grey = square(pixels, SIDE_PX).mean(axis=2)
        self.level = (grey - grey.mean()) / (grey.std() + 1e-9)

    def same_among(self, others: Sequence[Look], hashes: Hashes) -> list[int]:
        """Return which of the others show the same picture; `hashes` are theirs as they lie: uint64 [n]."""
        near = distance(self.hashes[:, None], hashes[None]).min(axis=0)
        places = np.flatnonzero(near <= MAX_BITS).tolist()
        return [place for place in places if self.correlation(others[place]) >= MIN_CORRELATION]

    def correlation(self, other: Look) -> float:
        """Return how alike two pictures are in grey, in the best of the eight orientations: -1..1."""
        turns = [np.rot90(side, k) for k in range(4) for side in (self.level, self.level[:, ::-1])]
        return max(float((turn * other.level).mean()) for turn in turns)
