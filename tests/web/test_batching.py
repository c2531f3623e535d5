from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from lesionlab.web.batching import BusyError, Few, GoneError, MicroBatcher

WAIT_S = 10.0


class Work:
    """Doubles numbers, and does not go on before it may."""

    def __init__(self) -> None:
        self.passes: list[list[int]] = []
        self.begun = threading.Semaphore(0)
        self.may = threading.Semaphore(0)

    def __call__(self, items: list[int]) -> list[int]:
        self.passes.append(items)
        self.begun.release()
        assert self.may.acquire(timeout=WAIT_S)
        if -1 in items:
            raise ValueError("minus one")
        return [2 * item for item in items]


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.002)


@pytest.fixture
def work() -> Work:
    return Work()


def test_alone_a_request_is_answered_at_once() -> None:
    batcher = MicroBatcher(lambda items: [i + 1 for i in items], most=8, capacity=4)
    assert batcher.ask([1, 2, 3]) == [2, 3, 4]
    assert batcher.ask([]) == []
    assert (batcher.counts.passes, batcher.counts.items) == (2, 3)


def test_what_waits_during_a_pass_shares_the_next_and_each_gets_its_own(work: Work) -> None:
    batcher = MicroBatcher(work, most=8, capacity=20)
    with ThreadPoolExecutor(10) as pool:
        first = pool.submit(batcher.ask, [0])
        assert work.begun.acquire(timeout=WAIT_S)
        others = [pool.submit(batcher.ask, [i, 10 * i]) for i in range(1, 6)]
        until(lambda: batcher.waiting == 5)
        for _ in range(3):
            work.may.release()
        assert first.result(WAIT_S) == [0]
        assert [other.result(WAIT_S) for other in others] == [[2 * i, 20 * i] for i in range(1, 6)]
    assert [len(items) for items in work.passes] == [1, 8, 2]


def test_a_request_larger_than_a_pass_comes_whole(work: Work) -> None:
    batcher = MicroBatcher(work, most=2, capacity=4)
    work.may.release()
    assert batcher.ask([1, 2, 3]) == [2, 4, 6]


def test_a_full_queue_refuses_at_once(work: Work) -> None:
    batcher = MicroBatcher(work, most=1, capacity=2)
    with ThreadPoolExecutor(3) as pool:
        running = pool.submit(batcher.ask, [0])
        assert work.begun.acquire(timeout=WAIT_S)
        waiting = [pool.submit(batcher.ask, [i]) for i in (1, 2)]
        until(lambda: batcher.waiting == 2)
        with pytest.raises(BusyError) as refusal:
            batcher.ask([3])
        assert (refusal.value.http_status, refusal.value.retry_after_s) == (503, 2)
        for _ in range(3):
            work.may.release()
        assert sorted(each.result(WAIT_S)[0] for each in (running, *waiting)) == [0, 2, 4]
    assert batcher.counts.refused == 1


def test_past_its_deadline_a_request_leaves_the_queue(work: Work) -> None:
    batcher = MicroBatcher(work, most=8, capacity=4)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(batcher.ask, [0])
        assert work.begun.acquire(timeout=WAIT_S)
        with pytest.raises(BusyError, match="too long"):
            batcher.ask([1], deadline_s=0.01)
        assert batcher.waiting == 0
        work.may.release()
        running.result(WAIT_S)
    assert work.passes == [[0]]


def test_a_client_that_is_gone_leaves_the_batch(work: Work) -> None:
    batcher = MicroBatcher(work, most=8, capacity=4)
    gone = threading.Event()
    with ThreadPoolExecutor(3) as pool:
        running = pool.submit(batcher.ask, [0])
        assert work.begun.acquire(timeout=WAIT_S)
        left = pool.submit(batcher.ask, [1], gone=gone.is_set)
        stays = pool.submit(batcher.ask, [2])
        until(lambda: batcher.waiting == 2)
        gone.set()
        with pytest.raises(GoneError):
            left.result(WAIT_S)
        work.may.release()
        work.may.release()
        assert stays.result(WAIT_S) == [4]
        running.result(WAIT_S)
    assert work.passes == [[0], [2]]
    assert batcher.counts.gone == 1


def test_an_error_reaches_those_of_its_pass_alone(work: Work) -> None:
    batcher = MicroBatcher(work, most=8, capacity=4)
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(batcher.ask, [7])
        assert work.begun.acquire(timeout=WAIT_S)
        bad, beside = pool.submit(batcher.ask, [-1]), pool.submit(batcher.ask, [1])
        until(lambda: batcher.waiting == 2)
        for _ in range(3):
            work.may.release()
        assert first.result(WAIT_S) == [14]
        for each in (bad, beside):
            with pytest.raises(ValueError, match="minus one"):
                each.result(WAIT_S)
        assert batcher.ask([2]) == [4]


def test_two_passes_may_run_at_once(work: Work) -> None:
    batcher = MicroBatcher(work, most=1, capacity=4, at_once=2)
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(batcher.ask, [i]) for i in (1, 2)]
        assert work.begun.acquire(timeout=WAIT_S)
        assert work.begun.acquire(timeout=WAIT_S)
        work.may.release()
        work.may.release()
        assert [each.result(WAIT_S) for each in both] == [[2], [4]]


def test_nothing_is_lost_or_mixed_up_under_many_threads() -> None:
    batcher = MicroBatcher(lambda items: [3 * item for item in items], most=16, capacity=100, at_once=2)
    with ThreadPoolExecutor(16) as pool:
        asked = [[n, n + 1, n + 2] for n in range(2_000)]
        assert list(pool.map(batcher.ask, asked)) == [[3 * n for n in items] for items in asked]
    assert batcher.counts.items == 6_000
    assert batcher.waiting == 0


def test_few_may_go_in_and_the_place_of_who_failed_is_free_again() -> None:
    few = Few(2)
    with few, few, pytest.raises(BusyError, match="2 files are being made"), few:
        pass
    with pytest.raises(ValueError, match="x"), few:
        raise ValueError("x")
    with few, few:
        pass
