"""Many requests share a pass of a model: a bounded queue in front of it, with a deadline for each request."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from lesionlab.core.errors import LesionLabError

Item = TypeVar("Item")
Result = TypeVar("Result")

LOOK_EVERY_S = 0.05  # for a client that is gone, or a deadline that is past
DEADLINE_S = 30.0
CAPACITY = 40  # requests that wait for a model: fewer than the server has threads, so that one is left to refuse
RETRY_AFTER_S = 2


class BusyError(LesionLabError):
    """More is asked for than can be answered in time."""

    http_status = 503
    code = "busy"
    retry_after_s = RETRY_AFTER_S


class GoneError(LesionLabError):
    """Whoever asked does not wait any more."""

    http_status = 499
    code = "client_gone"


@dataclass
class Counts:
    """What has gone through a queue since it was made."""

    asked: int = 0  # requests
    refused: int = 0  # since the queue was full
    late: int = 0  # since their deadline was past
    gone: int = 0  # since nobody waited any more
    passes: int = 0
    items: int = 0  # in all passes together


@dataclass(eq=False)
class _Ticket(Generic[Item, Result]):
    items: Sequence[Item]
    results: list[Result] | None = None
    error: BaseException | None = None
    taken: bool = field(default=False)


class Few:
    """A door for work that takes seconds: so many at once, and the next is told to come again."""

    def __init__(self, at_once: int) -> None:
        self._free = threading.BoundedSemaphore(at_once)
        self._at_once = at_once

    def __enter__(self) -> None:
        """Go in.

        Raises:
            BusyError: as many as may are inside.
        """
        if not self._free.acquire(blocking=False):
            raise BusyError(f"{self._at_once} files are being made already.", f"Try again in {RETRY_AFTER_S} seconds.")

    def __exit__(self, *_: object) -> None:
        """Go out."""
        self._free.release()


class MicroBatcher(Generic[Item, Result]):
    """A queue whose waiting threads do the work themselves: one of them takes all that waits, the others get theirs.

    `work` gets the items of several requests and returns a result for each. A pass takes as many requests as wait, up
    to `most` items, and at least one request whole. No thread of its own is needed, and nothing waits for company.
    """

    def __init__(
        self, work: Callable[[list[Item]], Sequence[Result]], *, most: int, capacity: int, at_once: int = 1
    ) -> None:
        self._work = work
        self._most = most
        self._capacity = capacity
        self._at_once = at_once
        self._waiting: list[_Ticket[Item, Result]] = []
        self._working = 0
        self._changed = threading.Condition()
        self.counts = Counts()

    @property
    def waiting(self) -> int:
        """How many requests wait."""
        return len(self._waiting)

    def ask(
        self, items: Sequence[Item], *, deadline_s: float = DEADLINE_S, gone: Callable[[], bool] = lambda: False
    ) -> list[Result]:
        """Return a result for each item, in their order.

        Raises:
            BusyError: the queue is full, or no pass began before the deadline.
            GoneError: `gone` says that nobody waits any more; the request has left the queue.
            Exception: whatever the work raised in the pass that these items were in.
        """
        ticket: _Ticket[Item, Result] = _Ticket(items)
        self._join(ticket)
        until = time.monotonic() + deadline_s
        while (batch := self._turn(ticket, until, gone)) is not None:
            self._pass(batch)
        if ticket.error is not None:
            raise ticket.error
        assert ticket.results is not None
        return ticket.results

    def _join(self, ticket: _Ticket[Item, Result]) -> None:
        with self._changed:
            self.counts.asked += 1
            if len(self._waiting) >= self._capacity:
                self.counts.refused += 1
                raise BusyError(
                    f"{len(self._waiting)} requests wait already; no more are taken.",
                    f"Try again in {RETRY_AFTER_S} seconds.",
                )
            self._waiting.append(ticket)

    def _turn(
        self, ticket: _Ticket[Item, Result], until: float, gone: Callable[[], bool]
    ) -> list[_Ticket[Item, Result]] | None:
        """Wait until the ticket has its answer (None), or it is this thread's turn to work on what is returned."""
        with self._changed:
            while ticket.results is None and ticket.error is None:
                if not ticket.taken:
                    if self._working < self._at_once:
                        return self._take()
                    self._check(ticket, until, gone)
                self._changed.wait(LOOK_EVERY_S)
            return None

    def _check(self, ticket: _Ticket[Item, Result], until: float, gone: Callable[[], bool]) -> None:
        if gone():
            self._waiting.remove(ticket)
            self.counts.gone += 1
            raise GoneError("The client went away before its turn.", "Ask again.")
        if time.monotonic() >= until:
            self._waiting.remove(ticket)
            self.counts.late += 1
            raise BusyError("The request waited too long for its turn.", f"Try again in {RETRY_AFTER_S} seconds.")

    def _take(self) -> list[_Ticket[Item, Result]]:
        batch = [self._waiting.pop(0)]
        while self._waiting and sum(len(t.items) for t in batch) + len(self._waiting[0].items) <= self._most:
            batch.append(self._waiting.pop(0))
        for ticket in batch:
            ticket.taken = True
        self._working += 1
        self.counts.passes += 1
        self.counts.items += sum(len(ticket.items) for ticket in batch)
        return batch

    def _pass(self, batch: list[_Ticket[Item, Result]]) -> None:
        error: BaseException | None = None
        results: list[Result] = []
        try:
            results = list(self._work([item for ticket in batch for item in ticket.items]))
        except BaseException as raised:  # noqa: BLE001 - whoever waits is told, whatever it is
            error = raised
        with self._changed:
            start = 0
            for ticket in batch:
                ticket.error = error
                ticket.results = None if error else results[start : start + len(ticket.items)]
                start += len(ticket.items)
            self._working -= 1
            self._changed.notify_all()
