"""A pace for each host: a pause between requests, and silence for as long as a host asked for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

Sleep = Callable[[float], None]


class Pace:
    """Gives each request to a host its turn, `delay_s` after the one before, from however many threads they come."""

    def __init__(self, delay_s: float, sleep: Sleep = time.sleep, clock: Callable[[], float] = time.monotonic) -> None:
        self._delay_s = delay_s
        self._sleep = sleep
        self._clock = clock
        self._free_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, host: str) -> None:
        """Wait for this request's turn."""
        with self._lock:
            now = self._clock()
            turn = max(now, self._free_at.get(host, now))
            self._free_at[host] = turn + self._delay_s
        if turn > now:
            self._sleep(turn - now)

    def hold(self, host: str, seconds: float) -> None:
        """Ask nothing of a host for so long: all threads wait, not only the one that was told."""
        with self._lock:
            self._free_at[host] = max(self._free_at.get(host, 0.0), self._clock() + seconds)
