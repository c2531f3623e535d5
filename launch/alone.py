"""One set-up at a time: a lock that the system lets go of when its holders end, however they end."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from launch.console import say

_WAIT_S = 0.3


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock at `path`; while another process holds it, say so and wait."""
    with path.open("a+b") as file:
        # The steps inherit it: when this process is killed, a step that goes on still holds the lock.
        os.set_inheritable(file.fileno(), True)
        told = False
        while not _take(file):
            if not told:
                say(f"Another run.py is setting up {path.name.removesuffix('.lock')}; waiting for it.")
                told = True
            time.sleep(_WAIT_S)
        try:
            yield
        finally:
            _release(file)


if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[bytes]) -> bool:
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _release(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True  # a file system without locks: better unguarded than not at all
        return True

    def _release(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
