"""One writer at a time on a file, among processes; the lock goes with the process that holds it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

_FAR = 2**30  # Windows locks bytes, not files: one far behind the end is in nobody's way


@contextmanager
def locked(file: IO[bytes]) -> Iterator[None]:
    """Wait until no other process holds the lock on an open file, and hold it for as long as the block lasts."""
    _take(file, wait=True)
    try:
        yield
    finally:
        _let_go(file)


@contextmanager
def try_lock(file: IO[bytes]) -> Iterator[bool]:
    """Yield whether this process now holds the lock on an open file; without it, another one does."""
    try:
        _take(file, wait=False)
    except BlockingIOError:
        yield False
        return
    try:
        yield True
    finally:
        _let_go(file)


if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[bytes], *, wait: bool) -> None:
        file.seek(_FAR)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if wait:
                raise
            raise BlockingIOError(*error.args) from error

    def _let_go(file: IO[bytes]) -> None:
        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(file: IO[bytes], *, wait: bool) -> None:
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _let_go(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
