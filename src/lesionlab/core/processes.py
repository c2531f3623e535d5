"""Processes of this program's own: as many as there are cores, and none left behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def process_pool(processes: int, prepare: Callable[[], None] | None = None) -> ProcessPoolExecutor:
    """Return a pool of spawned processes, each of which calls `prepare` first and ends with this one."""
    return ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _start, (prepare,))


def _start(prepare: Callable[[], None] | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the parent, which ends its processes quietly
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    if prepare is not None:
        prepare()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)  # the parent was killed; nobody would end this process otherwise
