"""Image files to one array of squares per size, decoded by several processes and written in order."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import DataError, LesionLabError
from lesionlab.core.imaging import read_for_model, squares
from lesionlab.core.progress import Progress, silent
from lesionlab.data.array_file import ArrayWriter

BLOCK_IMAGES = 64
ALONE_BELOW = 512  # fewer images are decoded here and now: starting processes would take longer
MAX_PROCESSES = 8


@dataclass(frozen=True)
class Block:
    """Some images in their order: uint8 [n, S, S, 3] by size, and the positions of those that cannot be read."""

    first: int
    squares: dict[int, NDArray[np.uint8]]
    unreadable: tuple[int, ...]


def write_pixels(
    files: Sequence[Path],
    targets: Mapping[int, Path],
    progress: Progress = silent,
    accept: Callable[[list[int]], None] | None = None,
) -> list[int]:
    """Decode `files` and write uint8 [n, S, S, 3] to `targets[S]`, an .npy file each; return the unreadable positions.

    Unreadable images are left out of the arrays. Each image is decoded once, as in serving.
    `accept` is told the unreadable positions before the files appear; what it raises leaves no file behind.

    Raises:
        DataError: a decoding process was killed.
    """
    sizes = tuple(sorted(targets, reverse=True))
    unreadable: list[int] = []
    with ExitStack() as stack:
        writers = {size: stack.enter_context(ArrayWriter(targets[size], (size, size, 3))) for size in sizes}
        for block in _blocks(files, sizes, stack):
            for size, writer in writers.items():
                writer.append(block.squares[size])
            unreadable += block.unreadable
            progress(min(block.first + BLOCK_IMAGES, len(files)), len(files))
        if accept is not None:
            accept(unreadable)
    return unreadable


def decode_block(first: int, paths: Sequence[str], sizes: Sequence[int]) -> Block:
    """Decode the images at positions `first`, `first` + 1, ... and reduce each to squares of all sizes."""
    tiles: dict[int, list[NDArray[np.uint8]]] = {size: [] for size in sizes}
    unreadable = []
    for position, path in enumerate(paths, start=first):
        try:
            pixels = read_for_model(Path(path))
        except (LesionLabError, OSError):
            unreadable.append(position)
            continue
        for size, tile in squares(pixels, sizes).items():
            tiles[size].append(tile)
    stacked = {size: np.asarray(of_size, np.uint8).reshape(-1, size, size, 3) for size, of_size in tiles.items()}
    return Block(first, stacked, tuple(unreadable))


def _blocks(files: Sequence[Path], sizes: Sequence[int], stack: ExitStack) -> Iterator[Block]:
    starts = range(0, len(files), BLOCK_IMAGES)
    tasks = ((first, [str(path) for path in files[first : first + BLOCK_IMAGES]], sizes) for first in starts)
    processes = min(_cores(), MAX_PROCESSES)
    if len(files) < ALONE_BELOW or processes == 1:
        yield from (decode_block(*task) for task in tasks)
        return
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _start_process)
    stack.callback(pool.shutdown, cancel_futures=True)
    try:
        yield from _in_order(pool, tasks, waiting=2 * processes)
    except BrokenProcessPool as error:
        raise DataError(
            "A process that decodes images was killed, perhaps for lack of memory.",
            "Close other programs and run the command again.",
        ) from error


def _in_order(pool: Executor, tasks: Iterator[tuple[int, list[str], Sequence[int]]], waiting: int) -> Iterator[Block]:
    """Yield the results in the order of the tasks, with a bounded number under way."""
    futures: deque[Future[Block]] = deque()
    for task in tasks:
        futures.append(pool.submit(decode_block, *task))
        if len(futures) > waiting:
            yield futures.popleft().result()
    while futures:
        yield futures.popleft().result()


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _start_process() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the parent, which ends its processes quietly
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)  # the parent was killed; nobody would end this process otherwise
