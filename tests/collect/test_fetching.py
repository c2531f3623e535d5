from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator

import pytest

from lesionlab.collect.fetching import in_parallel
from lesionlab.core.errors import CollectError, LesionLabError


def double(number: int) -> int:
    if number % 5 == 0:
        raise CollectError(f"{number} is wrong.", "Leave it out.")
    return 2 * number


def test_every_job_comes_back_with_its_result_or_its_error():
    found = dict(in_parallel(range(1, 41), double, 4))
    assert {number: result for number, result in found.items() if number % 5} == {n: 2 * n for n in found if n % 5}
    assert sorted(n for n, result in found.items() if isinstance(result, LesionLabError)) == list(range(5, 41, 5))


def test_jobs_are_taken_no_earlier_than_needed():
    taken = []

    def jobs() -> Iterator[int]:
        for number in range(1, 1000):
            taken.append(number)
            yield number

    working = in_parallel(jobs(), lambda number: number, 3)
    for done, _ in enumerate(working, start=1):
        assert len(taken) - done <= 6
        if done == 50:
            break
    working.close()
    assert len(taken) <= 57


def test_when_the_source_fails_what_is_under_way_is_handed_out_first():
    def jobs() -> Iterator[int]:
        yield from (1, 2, 3)
        raise CollectError("The list broke off.", "Try later.")

    working = in_parallel(jobs(), double, 4)
    assert sorted(job for job, _ in itertools.islice(working, 3)) == [1, 2, 3]
    with pytest.raises(CollectError, match="broke off"):
        next(working)


def test_leaving_early_stops_what_waits():
    stopped = threading.Event()

    def wait(number: int) -> int:
        if number:
            stopped.wait(30)
        return number

    for _ in (working := in_parallel(range(50), wait, 4, stopped.set)):
        break
    working.close()
    assert stopped.is_set()


def test_an_error_that_is_not_ours_is_not_swallowed():
    with pytest.raises(ZeroDivisionError):
        list(in_parallel([1, 0], lambda number: 1 // number, 2))
