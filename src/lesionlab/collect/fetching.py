"""Work of several threads, as much at once as fits in memory, handed back to the one thread that writes."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from lesionlab.core.errors import LesionLabError

Job = TypeVar("Job")
Result = TypeVar("Result")


def in_parallel(
    jobs: Iterable[Job], work: Callable[[Job], Result], threads: int, stop: Callable[[], None] = lambda: None
) -> Generator[tuple[Job, Result | LesionLabError], None, None]:
    """Yield each job with its result, or the LesionLabError it raised, as they end; jobs are taken as they are needed.

    At most twice as many as `threads` are under way. When `jobs` raises a LesionLabError, what is under way is handed
    out first. When the caller leaves early, `stop` is called so that threads need not be waited for.
    """
    waiting: dict[Future[Result], Job] = {}
    with ThreadPoolExecutor(threads, thread_name_prefix="fetch") as pool:
        try:
            failure = None
            source = iter(jobs)
            while True:
                try:
                    job = next(source)
                except StopIteration:
                    break
                except LesionLabError as error:
                    failure = error
                    break
                waiting[pool.submit(work, job)] = job
                if len(waiting) >= 2 * threads:
                    yield from _ended(waiting)
            while waiting:
                yield from _ended(waiting)
            if failure is not None:
                raise failure
        except BaseException:
            stop()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _ended(waiting: dict[Future[Result], Job]) -> Iterator[tuple[Job, Result | LesionLabError]]:
    for future in wait(waiting, return_when=FIRST_COMPLETED).done:
        job = waiting.pop(future)
        try:
            result: Result | LesionLabError = future.result()
        except LesionLabError as error:
            result = error
        yield job, result
