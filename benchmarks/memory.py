"""The most memory that this process and its children held together while some work went on."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

EVERY_S = 0.02


def peak_mib(work: Callable[[], object], proc: Path = Path("/proc")) -> float | None:
    """Do the work and return the highest sum of resident memory above that at its start; None where it cannot be told.

    Pages that several processes share count once for each: the figure errs towards more.
    """
    if not (proc / "self" / "statm").exists():
        work()
        return None
    start = _resident(proc)
    most, done = start, threading.Event()

    def watch() -> None:
        nonlocal most
        while not done.wait(EVERY_S):
            most = max(most, _resident(proc))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        work()
    finally:
        done.set()
        watcher.join()
    return (max(most, _resident(proc)) - start) / 2**20


def _resident(proc: Path) -> int:
    """Return the bytes that this process and all below it hold."""
    parents = dict(_parents(proc))
    tree, fresh = {os.getpid()}, {os.getpid()}
    while fresh:
        fresh = {pid for pid, parent in parents.items() if parent in fresh} - tree
        tree |= fresh
    return sum(_pages(proc / str(pid)) for pid in tree) * os.sysconf("SC_PAGE_SIZE")


def _parents(proc: Path) -> Iterator[tuple[int, int]]:
    for folder in proc.iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue  # it ended just now
            yield int(folder.name), int(stat[stat.rindex(")") + 2 :].split()[1])


def _pages(folder: Path) -> int:
    try:
        return int((folder / "statm").read_text(encoding="utf-8").split()[1])
    except OSError:
        return 0
