"""What ties a training to the worker that began it: when the pipe between them ends, the training saves and leaves."""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading

GRACE_SECONDS = 60.0  # to end a step, save a state and leave
EXIT_LEFT_BEHIND = 1


def leave_when_input_ends() -> None:
    """Stop this process as Ctrl-C does once its standard input ends, and for good when that takes too long."""
    threading.Thread(target=_wait, daemon=True).start()


def _wait() -> None:
    # Not through sys.stdin: a thread that waits in it at the end of the interpreter is fatal.
    while os.read(sys.stdin.fileno(), 1):
        pass
    _interrupt()
    threading.Event().wait(GRACE_SECONDS)
    os._exit(EXIT_LEFT_BEHIND)


def _interrupt() -> None:
    """Do to the main thread what Ctrl-C does, also where it sleeps."""
    if sys.platform == "win32":
        _thread.interrupt_main(signal.SIGINT)
    else:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
