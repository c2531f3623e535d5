"""`lesionlab jobs`: the queue of trainings."""

from __future__ import annotations

import typer

from lesionlab.cli.text import table
from lesionlab.records.job import Job, TrainingRequest

app = typer.Typer(help="See, stop and resume queued trainings.", no_args_is_help=True, rich_markup_mode=None)

HEAD = ("JOB", "STATE", "SUBMITTED", "COMMAND")


def submit(request: TrainingRequest) -> None:
    """Put a training into the queue, and say who will carry it out."""
    from lesionlab.jobs.queue import job_queue

    with job_queue() as queue:
        job = queue.submit(request)
        waiting = sum(other.state == "queued" for other in queue.jobs())
        workers = queue.workers()
    typer.echo(f"Job {job.id} is queued; {waiting} wait for {len(workers)} worker{'s' if len(workers) != 1 else ''}.")
    if not workers:
        typer.echo("  next: lesionlab worker")
    elif not any(worker.trains for worker in workers):
        typer.echo('No worker can train yet: run `pip install "lesionlab[train]"` for one.')


@app.command("list", short_help="List the jobs there are.")
def list_all() -> None:
    """List the jobs there are, the oldest first, and the workers."""
    from lesionlab.jobs.queue import job_queue

    with job_queue() as queue:
        jobs, workers = queue.jobs(), queue.workers()
    typer.echo(table(HEAD, [_row(job) for job in jobs]) if jobs else "No training was queued yet.")
    for job in jobs:
        if job.failed:
            typer.echo(f"{job.id}: {job.failed}")
    there = ", ".join(worker.id + ("" if worker.trains else " (cannot train)") for worker in workers)
    typer.echo(f"Workers: {there or 'none; start one with `lesionlab worker`'}")


def _row(job: Job) -> tuple[str, str, str, str]:
    return (job.id, job.state, job.submitted_at, job.request.command)


@app.command(short_help="Stop a training; its state is saved.")
def stop(job: str) -> None:
    """Take a training out of the queue, or stop it under way: the state of its run is saved."""
    from lesionlab.jobs.queue import job_queue

    with job_queue() as queue:
        found = queue.stop(job)
    typer.echo(f"Job {found.id} is {found.state}.")
    typer.echo(f"  next: lesionlab jobs resume {found.id}")


@app.command(short_help="Go on with what was stopped or has failed.")
def resume(job: str) -> None:
    """Go on with a stopped training, or try a failed one again from the last state of its run."""
    from lesionlab.jobs.queue import job_queue

    with job_queue() as queue:
        found = queue.resume(job)
    typer.echo(f"Job {found.id} is {found.state}: {found.request.command}")
