"""The queue as those see it who ask for trainings: the command line and the web app."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from dbos import DBOS, DBOSClient, WorkflowStatus
from dbos import error as dbos_error
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from lesionlab.core.errors import InputError, JobError
from lesionlab.core.home import runs_folder
from lesionlab.jobs.database import (
    APPLICATION,
    APPLICATION_VERSION,
    QUEUE,
    WORKFLOW,
    JsonSerializer,
    database_url,
    with_driver,
)
from lesionlab.jobs.leases import Leases
from lesionlab.records.codec import from_plain, to_plain
from lesionlab.records.job import Job, Outcome, State, TrainingRequest, WorkerRecord
from lesionlab.records.run import find_run_of_job

LEASE_SECONDS = 15.0
_STATES: dict[str, State] = {"ENQUEUED": "queued", "DELAYED": "queued", "PENDING": "running", "CANCELLED": "stopped"}


class JobQueue:
    """A connection to the queue."""

    def __init__(self, url: str, lease_seconds: float = LEASE_SECONDS) -> None:
        DBOS.migrate(url)
        self._engine = create_engine(with_driver(url))
        self.leases = Leases(self._engine, lease_seconds)
        self.leases.create()
        self._client = DBOSClient(system_database_url=url, serializer=JsonSerializer(), application_name=APPLICATION)

    def close(self) -> None:
        """Let go of the database."""
        self._client.destroy()
        self._engine.dispose()

    def submit(self, request: TrainingRequest) -> Job:
        """Put a training at the end of the queue."""
        job = uuid.uuid4().hex[:12]
        self._client.enqueue(
            {"queue_name": QUEUE, "workflow_name": WORKFLOW, "workflow_id": job, "app_version": APPLICATION_VERSION},
            to_plain(request),
        )
        return self.find(job)

    def jobs(self) -> tuple[Job, ...]:
        """Return all jobs, the oldest first."""
        return self._named("")

    def _named(self, beginning: str) -> tuple[Job, ...]:
        found = self._client.list_workflows(name=WORKFLOW, workflow_id_prefix=beginning or None)
        return tuple(_job(status) for status in found)

    def find(self, name: str) -> Job:
        """Return the job whose id begins like this.

        Raises:
            InputError: there is none, or there are several.
        """
        found = self._named(name)  # of all jobs only these are read: a worker asks every second
        if len(found) == 1:
            return found[0]
        there = ", ".join(job.id for job in (found or self.jobs())[-5:]) or "none yet"
        raise InputError(
            f"There {'are several jobs' if found else 'is no job'} '{name}'.", f"The latest that fit: {there}."
        )

    def stop(self, name: str) -> Job:
        """Take a job out of the queue, or stop it under way: its worker saves the state of its run.

        Raises:
            InputError: there is no such job.
            JobError: it has ended.
        """
        job = self.find(name)
        if job.state not in ("queued", "running"):
            raise JobError(f"Job {job.id} is {job.state} already.", "See all with `lesionlab jobs list`.")
        self._client.cancel_workflow(job.id)
        return self.find(job.id)

    def resume(self, name: str) -> Job:
        """Go on with a stopped job, or try a failed one again from the last state of its run; return the queued job.

        Raises:
            InputError: there is no such job.
            JobError: it is under way or done.
        """
        job = self.find(name)
        if job.state == "stopped":
            self.requeue(job.id)
            return self.find(job.id)
        if job.state != "failed":
            raise JobError(f"Job {job.id} is {job.state}.", "Only what was stopped or has failed can go on.")
        run = find_run_of_job(job.id, runs_folder())
        again = job.request if run is None else TrainingRequest(job.request.stage, ("--resume", run.path.name))
        return self.submit(again)

    def requeue(self, job: str) -> None:
        """Put a job without a worker back into the queue."""
        self._client.resume_workflow(job, queue_name=QUEUE)

    def orphans(self) -> tuple[str, ...]:
        """Return the ids of jobs under way whose worker is not alive."""
        living = {worker.id for worker in self.leases.living()}
        return tuple(job.id for job in self.jobs() if job.state == "running" and job.worker not in living)

    def workers(self) -> tuple[WorkerRecord, ...]:
        """Return the workers that live."""
        return self.leases.living()


def open_queue(url: str) -> JobQueue:
    """Open a queue by the address of its database.

    Raises:
        JobError: the database cannot be reached.
    """
    try:
        return JobQueue(url)
    except (SQLAlchemyError, dbos_error.DBOSException) as error:
        told = make_url(url).render_as_string(hide_password=True)
        raise JobError(
            f"The queue at {told} cannot be opened: {str(error).splitlines()[0]}",
            "Check LESIONLAB_DATABASE_URL, or leave it out to use a file in LESIONLAB_HOME.",
        ) from error


@contextmanager
def job_queue() -> Iterator[JobQueue]:
    """Open the queue of this home folder, or that of `LESIONLAB_DATABASE_URL`, and close it.

    Raises:
        JobError: the database cannot be reached.
    """
    queue = open_queue(database_url())
    try:
        yield queue
    finally:
        queue.close()


def _job(status: WorkflowStatus) -> Job:
    given: Any = status.input
    request = from_plain(TrainingRequest, given["args"][0], f"job {status.workflow_id}", JobError)
    state, failed = _STATES.get(status.status, "failed"), ""
    if status.status == "SUCCESS":
        failed = from_plain(Outcome, status.output, f"job {status.workflow_id}", JobError).failed
        state = "failed" if failed else "done"
    elif state == "failed":
        failed = str(status.error or status.status)
    at = datetime.fromtimestamp((status.created_at or 0) / 1000, UTC).isoformat(timespec="seconds")
    return Job(status.workflow_id, request, state, at, status.executor_id or "", failed)
