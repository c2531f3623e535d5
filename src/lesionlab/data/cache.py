"""Image files to one array of squares per size, decoded by several processes and written in order."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import DataError, LesionLabError
from lesionlab.core.imaging import MAX_BYTES, squares_for_models
from lesionlab.core.processes import cores, process_pool
from lesionlab.core.progress import Progress, silent
from lesionlab.core.synthetic_mark import says_synthetic
from lesionlab.data.array_file import ArrayWriter
from lesionlab.data.resolution import check_resolution

BLOCK_IMAGES = 64
ALONE_BELOW = 512  # fewer images are decoded here and now: starting processes would take longer
MAX_PROCESSES = 8


@dataclass(frozen=True)
class Task:
    """Some image files in their order, and the SHA-256 that each must have where one is known."""

    first: int
    paths: tuple[str, ...]
    sha256: tuple[str, ...]
    sizes: tuple[int, ...]


@dataclass(frozen=True)
class Block:
    """Some images in their order: uint8 [n, S, S, 3] by size, their SHA-256, and the positions of unusable ones."""

    first: int
    squares: dict[int, NDArray[np.uint8]]
    sha256: tuple[str, ...]
    unreadable: tuple[int, ...]
    altered: tuple[int, ...]
    synthetic: tuple[int, ...]


@dataclass
class Decoded:
    """What became of a list of files: the SHA-256 of each usable one in order, and the positions of the others."""

    sha256: list[str] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)
    altered: list[int] = field(default_factory=list)  # files that are not the ones their SHA-256 names
    synthetic: list[int] = field(default_factory=list)  # files that say that a model made them

    @property
    def bad(self) -> set[int]:
        """The positions that have no pixels."""
        return {*self.unreadable, *self.altered, *self.synthetic}


def write_pixels(
    files: Sequence[Path],
    targets: Mapping[int, Path],
    progress: Progress = silent,
    accept: Callable[[Decoded], None] | None = None,
    sha256: Sequence[str] = (),
) -> Decoded:
    """Decode `files` and write uint8 [n, S, S, 3] to `targets[S]`, an .npy file each; tell which are unusable.

    Unreadable images, and files that differ from their `sha256` where that is given, are left out of the arrays.
    Images are decoded as in serving. `accept` is told before the files appear; what it raises leaves none behind.

    Raises:
        DataError: images are too small for a size that takes originals, or a decoding process was killed.
    """
    sizes = tuple(sorted(targets, reverse=True))
    check_resolution(files, sizes)
    decoded = Decoded()
    with ExitStack() as stack:
        writers = {size: stack.enter_context(ArrayWriter(targets[size], (size, size, 3))) for size in sizes}
        for block in _blocks(files, sha256 or [""] * len(files), sizes, stack):
            for size, writer in writers.items():
                writer.append(block.squares[size])
            decoded.sha256 += block.sha256
            decoded.unreadable += block.unreadable
            decoded.altered += block.altered
            decoded.synthetic += block.synthetic
            progress(min(block.first + BLOCK_IMAGES, len(files)), len(files))
        if accept is not None:
            accept(decoded)
    return decoded


def decode_block(task: Task) -> Block:
    """Decode the images at positions `first`, `first` + 1, ... and reduce each to squares of all sizes.

    Only real images become data: a synthetic one would lie in training and test alike.
    """
    tiles: dict[int, list[NDArray[np.uint8]]] = {size: [] for size in task.sizes}
    digests, unreadable, altered, synthetic = [], [], [], []
    for position, (path, expected) in enumerate(zip(task.paths, task.sha256, strict=True), start=task.first):
        try:
            with Path(path).open("rb") as file:
                content = file.read(MAX_BYTES + 1)
            seen = squares_for_models(content, task.sizes)
        except (LesionLabError, OSError):
            unreadable.append(position)
            continue
        digest = hashlib.sha256(content).hexdigest()
        if expected not in ("", digest):
            altered.append(position)
            continue
        if says_synthetic(content):
            synthetic.append(position)
            continue
        digests.append(digest)
        for size, tile in seen.items():
            tiles[size].append(tile)
    stacked = {size: np.asarray(of_size, np.uint8).reshape(-1, size, size, 3) for size, of_size in tiles.items()}
    return Block(task.first, stacked, tuple(digests), tuple(unreadable), tuple(altered), tuple(synthetic))


def _blocks(files: Sequence[Path], sha256: Sequence[str], sizes: tuple[int, ...], stack: ExitStack) -> Iterator[Block]:
    tasks = (
        Task(first, tuple(map(str, files[first:end])), tuple(sha256[first:end]), sizes)
        for first in range(0, len(files), BLOCK_IMAGES)
        for end in (first + BLOCK_IMAGES,)
    )
    processes = min(cores(), MAX_PROCESSES)
    if len(files) < ALONE_BELOW or processes == 1:
        yield from map(decode_block, tasks)
        return
    pool = process_pool(processes)
    stack.callback(pool.shutdown, cancel_futures=True)
    try:
        yield from _in_order(pool, tasks, waiting=2 * processes)
    except BrokenProcessPool as error:
        raise DataError(
            "A process that decodes images was killed, perhaps for lack of memory.",
            "Close other programs and run the command again.",
        ) from error


def _in_order(pool: Executor, tasks: Iterator[Task], waiting: int) -> Iterator[Block]:
    """Yield the results in the order of the tasks, with a bounded number under way."""
    futures: deque[Future[Block]] = deque()
    for task in tasks:
        futures.append(pool.submit(decode_block, task))
        if len(futures) > waiting:
            yield futures.popleft().result()
    while futures:
        yield futures.popleft().result()
