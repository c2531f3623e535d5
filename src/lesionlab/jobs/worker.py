"""The worker: takes trainings from the queue, one at a time, and looks after those of the dead."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any

from dbos import DBOS, DBOSConfig

from lesionlab.jobs.child import TrainingProcess
from lesionlab.jobs.database import APPLICATION, APPLICATION_VERSION, QUEUE, WORKFLOW, JsonSerializer
from lesionlab.jobs.queue import JobQueue, open_queue
from lesionlab.jobs.tether import GRACE_SECONDS
from lesionlab.records.codec import from_plain, to_plain
from lesionlab.records.job import Outcome, TrainingRequest, WorkerRecord

POLL_SECONDS = 1.0
NEVER_SECONDS = 86400.0  # no schedules are kept


@dataclass
class Worker:
    """A worker on a queue, until it is told to stop."""

    url: str
    queue: JobQueue
    say: Callable[[str], None]
    stopping: threading.Event

    def __post_init__(self) -> None:
        host = socket.gethostname()
        trains = importlib.util.find_spec("torch") is not None
        self.record = WorkerRecord(f"{host}-{os.getpid()}-{uuid.uuid4().hex[:6]}", host, trains)
        self._under_way: str | None = None
        self._left = threading.Event()

    def run(self) -> None:
        """Work until `stopping`; what is under way then saves its state and goes back into the queue."""
        self._launch()
        self.say(f"Worker {self.record.id} waits for trainings. Ctrl-C ends it.")
        while not self.stopping.wait(self.queue.leases.seconds / 5):
            self.queue.leases.renew(self.record)
            if self.queue.leases.look_after(self.record):
                self._look_after()
        self._leave()

    def _launch(self) -> None:
        self.queue.leases.renew(self.record)
        config: DBOSConfig = {
            "name": APPLICATION,
            "system_database_url": self.url,
            "executor_id": self.record.id,
            "application_version": APPLICATION_VERSION,
            "serializer": JsonSerializer(),
            "log_level": "ERROR",
            "scheduler_polling_interval_sec": NEVER_SECONDS,
        }
        DBOS(config=config)

        @DBOS.workflow(name=WORKFLOW)
        def train(request: dict[str, Any]) -> Any:
            return self._train(request)

        DBOS.launch()
        DBOS.register_queue(QUEUE, worker_concurrency=1, polling_interval_sec=POLL_SECONDS)

    def _train(self, plain: dict[str, Any]) -> Any:
        job = str(DBOS.workflow_id)
        request = from_plain(TrainingRequest, plain, f"job {job}")
        self._under_way = job
        self.say(f"{job}: {request.command}")
        outcome = TrainingProcess(job, request, lambda: self._wanted(job)).carry_out()
        if outcome is None and self.stopping.is_set():
            self._left.set()
            threading.Event().wait()  # the job goes back into the queue, and this process away
        self._under_way = None
        self.say(f"{job}: {'stopped' if outcome is None else outcome.failed or 'done'}")
        return to_plain(outcome or Outcome(failed="It was stopped from outside."))

    def _wanted(self, job: str) -> bool:
        """Whether the job is still its own: it may have been stopped, or given away while this process slept."""
        now = self.queue.find(job)
        return not self.stopping.is_set() and now.state == "running" and now.worker == self.record.id

    def _look_after(self) -> None:
        for job in self.queue.orphans():
            self.say(f"{job}: its worker is gone; it goes back into the queue.")
            self.queue.requeue(job)

    def _leave(self) -> None:
        """Give back what is under way, then leave at once: a thread waits for what will not come."""
        DBOS.destroy()
        job = self._under_way
        if job is not None:
            self.say(f"{job}: saving its state; it goes back into the queue.")
            self._left.wait(GRACE_SECONDS + 15)
            self.queue.requeue(job)
        self.queue.leases.let_go(self.record)
        self.queue.close()
        os._exit(0)


def work(url: str, say: Callable[[str], None]) -> None:
    """Work on the queue at this address until SIGINT or SIGTERM.

    Raises:
        JobError: the database cannot be reached.
    """
    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()

    # Before there is any thread: one that outlives an interrupted main thread would keep the process.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    Worker(url, open_queue(url), say, stopping).run()
