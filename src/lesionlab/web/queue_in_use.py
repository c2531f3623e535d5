"""The queue of trainings that the app asks; opened at its first use, since most visits need none."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from flask import current_app

if TYPE_CHECKING:
    from lesionlab.jobs.queue import JobQueue

_EXTENSION = "lesionlab.queue"


class QueueInUse:
    """At most one open queue, that of the present home folder."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._url = ""
        self._queue: JobQueue | None = None

    def open(self) -> JobQueue:
        """Return the queue, opened.

        Raises:
            JobError: its database cannot be reached.
        """
        from lesionlab.jobs.database import database_url
        from lesionlab.jobs.queue import open_queue

        with self._lock:
            url = database_url()
            if self._queue is None or url != self._url:
                if self._queue is not None:
                    self._queue.close()
                self._queue, self._url = open_queue(url), url
            return self._queue

    def close(self) -> None:
        """Let go of the database; the next use opens it again."""
        with self._lock:
            if self._queue is not None:
                self._queue.close()
            self._queue = None


def use_queue(extensions: dict[str, Any]) -> None:
    """Give the app its queue."""
    extensions[_EXTENSION] = QueueInUse()


def queue_in_use() -> JobQueue:
    """Return the queue of the present app.

    Raises:
        JobError: its database cannot be reached.
    """
    found: QueueInUse = current_app.extensions[_EXTENSION]
    return found.open()
