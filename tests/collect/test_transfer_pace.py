from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from lesionlab.collect.transfer_pace import Pace


class Clock:
    """Time that passes in sleep alone."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_requests_to_one_host_are_spaced_and_other_hosts_are_not_waited_for(clock: Clock):
    pace = Pace(2.0, clock.sleep, clock)
    for host in ("a", "b", "a", "a"):
        pace.wait(host)
    assert clock.slept == [2.0, 2.0]
    clock.now += 5
    pace.wait("a")
    assert len(clock.slept) == 2


def test_a_host_that_asked_for_silence_gets_it(clock: Clock):
    pace = Pace(0.0, clock.sleep, clock)
    pace.hold("a", 30)
    pace.hold("a", 5)  # a shorter wish does not shorten the longer one
    pace.wait("b")
    assert clock.slept == []
    pace.wait("a")
    assert clock.slept == [30.0]


def test_threads_get_turns_of_their_own():
    waits: list[float] = []
    pace = Pace(1.0, waits.append, lambda: 0.0)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(pace.wait, ["a"] * 40))
    assert sorted(waits) == [float(turn) for turn in range(1, 40)]
