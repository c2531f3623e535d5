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
    if sys.platform == "win32":
        import msvcrt

        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        try:
            yield
        finally:
            file.seek(_FAR)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)


@contextmanager
def try_lock(file: IO[bytes]) -> Iterator[bool]:
    """Yield whether this process now holds the lock on an open file; without it, another one does."""
    held = _try_to_take(file)
    try:
        yield held
    finally:
        if held:
            _let_go(file)


if sys.platform == "win32":
    import msvcrt

    def _try_to_take(file: IO[bytes]) -> bool:
        file.seek(_FAR)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _let_go(file: IO[bytes]) -> None:
        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_to_take(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _let_go(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
