"""Work done ahead in threads, its results in the order that it was given."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

AHEAD = 2  # pieces of work for each worker: none waits, and few results are in memory

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(work: Callable[[Item], Result], items: Iterable[Item], workers: int) -> Generator[Result]:
    """Yield the result for each item, in their order; memory does not grow with their number.

    Items are drawn as the work comes to them, always in the thread that iterates. What the work raises is raised here,
    in its turn; what is ahead then ends or is never begun.
    """
    waiting: deque[Future[Result]] = deque()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="ahead")
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) >= AHEAD * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield the items in lists of this size, drawn as they are asked for; the last may be shorter."""
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch
