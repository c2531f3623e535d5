"""What ties a process to the one that began it: when the pipe between them ends, it saves and leaves."""

from __future__ import annotations

import _thread
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import IO

GRACE_SECONDS = 60.0  # to end a step, save a state and leave
POKE_SECONDS = 1.0
EXIT_LEFT_BEHIND = 1


def begin_tethered(command: Sequence[str], said: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
    """Begin a process of its own group that calls `leave_when_input_ends`; what it says goes to `said`."""
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=said, stderr=said, start_new_session=True)


def end_tethered(process: subprocess.Popen[bytes]) -> int:
    """End a tethered process as Ctrl-C does, by closing the pipe; return its exit status."""
    if process.stdin is not None and not process.stdin.closed:
        process.stdin.close()
    try:
        return process.wait(GRACE_SECONDS + 10)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def leave_when_input_ends() -> None:
    """Stop this process as Ctrl-C does once its standard input ends, and for good when that takes too long."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background processes ignore it
    if sys.platform != "win32":
        signal.signal(signal.SIGUSR1, lambda number, frame: None)
    threading.Thread(target=_wait, daemon=True).start()


def _wait() -> None:
    # Not through sys.stdin: a thread that waits in it at the end of the interpreter is fatal.
    while os.read(sys.stdin.fileno(), 1):
        pass
    _interrupt()
    end = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < end:
        time.sleep(min(POKE_SECONDS, GRACE_SECONDS))
        _poke()
    os._exit(EXIT_LEFT_BEHIND)


def _interrupt() -> None:
    """Do to the main thread what Ctrl-C does, also where it sleeps."""
    if sys.platform == "win32":
        _thread.interrupt_main(signal.SIGINT)
    else:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def _poke() -> None:
    """Wake the main thread: an interrupt that comes just before a sleep is seen after it only."""
    if sys.platform != "win32":
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)
