from __future__ import annotations

import threading
import time

import pytest

from lesionlab.core.in_order import AHEAD, batches, in_order


def test_results_come_in_the_order_of_the_items_whatever_takes_longest():
    waits = [0.03, 0.0, 0.02, 0.0, 0.01, 0.0]
    found = list(in_order(lambda i: (time.sleep(waits[i]), i)[1], range(6), workers=3))
    assert found == [0, 1, 2, 3, 4, 5]


def test_several_work_at_once():
    together = threading.Barrier(3, timeout=10)
    assert len(list(in_order(lambda _: together.wait(), range(3), workers=3))) == 3


def test_few_items_are_drawn_ahead_and_in_the_thread_that_iterates():
    drawn: list[int] = []
    threads = set()

    def endless():
        for i in range(10**9):
            drawn.append(i)
            threads.add(threading.get_ident())
            yield i

    results = in_order(str, endless(), workers=2)
    assert [next(results) for _ in range(50)] == [str(i) for i in range(50)]
    results.close()
    assert len(drawn) <= 50 + 2 * AHEAD
    assert threads == {threading.get_ident()}


def test_an_error_comes_in_its_turn_and_ends_the_work():
    begun: list[int] = []

    def work(item: int) -> int:
        begun.append(item)
        if item == 2:
            raise ValueError("the third")
        return item

    results = in_order(work, range(1000), workers=1)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(ValueError, match="the third"):
        next(results)
    assert len(begun) <= 3 + AHEAD


def test_batches_hold_all_items_and_the_last_what_is_left():
    assert list(batches(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(batches([], 2)) == []
