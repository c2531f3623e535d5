"""`lesionlab worker`: carry out what waits in the queue."""

from __future__ import annotations

import typer


def worker() -> None:
    """Carry out trainings from the queue, one at a time, until Ctrl-C; what is under way saves its state first.

    Any number of workers may share a queue, and with LESIONLAB_DATABASE_URL, the address of a PostgreSQL database,
    those of several hosts. When a worker dies, another goes on with its training from the last state that it can see.
    """
    from lesionlab.jobs.database import database_url
    from lesionlab.jobs.worker import work

    work(database_url(), lambda line: typer.echo(line, err=True))
