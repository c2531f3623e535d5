"""The pages of the runs: start a training, see it live, stop it, go on, compare."""

from __future__ import annotations

import importlib.util
import threading
import time
from collections.abc import Iterator

from flask import Blueprint, Response, make_response, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from lesionlab.core.errors import InputError, LesionLabError
from lesionlab.records.job import Job, TrainingRequest
from lesionlab.web.data_sets import data_names
from lesionlab.web.queue_in_use import queue_in_use
from lesionlab.web.run_starts import TRAINING_GB, offers, read_start
from lesionlab.web.run_views import NoSuchRunError, RunView, all_runs, compared, run_view

runs = Blueprint("runs", __name__, url_prefix="/runs")

JOBS_SHOWN = 20
MOST_COMPARED = 6  # as many lines as charts can tell apart
STREAMS = threading.BoundedSemaphore(2)  # each takes a thread of the server; others reload
STREAM_SECONDS, LOOK_SECONDS = 25.0, 1.0


@runs.get("/")
def index() -> str:
    """Show the runs, the queue, and what can be started."""
    return _index({})


@runs.post("/")
def start() -> AnyResponse | tuple[str, int]:
    """Put a training into the queue, or say beside the form what is wrong with it."""
    try:
        queue_in_use().submit(read_start(request.form, data_names()))
    except LesionLabError as problem:
        return _index(request.form, problem), problem.http_status
    return redirect(url_for("runs.index"), 303)


@runs.get("/<name>")
def one(name: str) -> str:
    """Show a run: how far it is, its curves, alarms and sheets."""
    view = run_view(name)
    return render_template("runs/one.html", run=view, job=_job_of(view), live=view.state == "training")


@runs.post("/<name>/stop")
def stop(name: str) -> AnyResponse:
    """Stop a run that a worker trains; its state is saved."""
    job = _job_of(run_view(name))
    if job is None or job.state not in ("queued", "running"):
        raise InputError(f"No worker trains {name}.", "Stop it where it was started, with Ctrl-C.")
    queue_in_use().stop(job.id)
    return redirect(url_for("runs.one", name=name), 303)


@runs.post("/<name>/resume")
def resume(name: str) -> AnyResponse:
    """Put a run that has stopped into the queue."""
    view = run_view(name)
    if view.state != "stopped":
        raise InputError(f"{name} is {view.state}.", "Only a run that has stopped can go on.")
    queue_in_use().submit(TrainingRequest(view.noun, ("--resume", name)))
    return redirect(url_for("runs.one", name=name), 303)


@runs.get("/<name>/sheets/<int:number>.webp")
def sheet(name: str, number: int) -> Response:
    """Send a sample sheet, the first being 0."""
    sheets = run_view(name).sheets
    if number >= len(sheets):
        raise NoSuchRunError(f"{name} has {len(sheets):,} sheets.", "Ask for an earlier one.")
    return send_file(sheets[number], mimetype="image/webp", max_age=3600)


@runs.get("/<name>/events")
def events(name: str) -> Response:
    """Stream a line whenever there is something new to be seen of a run, as server-sent events, for half a minute."""
    run_view(name)
    if not STREAMS.acquire(blocking=False):
        return make_response("", 204)  # tells the browser not to ask again; the page then looks now and then
    response = Response(_changes(name), mimetype="text/event-stream")
    response.call_on_close(STREAMS.release)
    return response


@runs.get("/compare")
def compare() -> str:
    """Show the scores of several runs on one chart."""
    chosen = [run_view(name) for name in dict.fromkeys(request.args.getlist("run"))]
    if not 2 <= len(chosen) <= MOST_COMPARED:
        cure = f"Choose two to {MOST_COMPARED} of one kind on the page of the runs."
        raise InputError(f"{len(chosen)} runs are chosen.", cure)
    return render_template("runs/compare.html", runs=chosen, curve=compared(chosen))


def _changes(name: str) -> Iterator[str]:
    yield "retry: 2000\n\n"
    seen, end = "", time.monotonic() + STREAM_SECONDS
    while time.monotonic() < end:
        version = run_view(name).version
        if version != seen:
            yield f"data: {version}\n\n"
            seen = version
        time.sleep(LOOK_SECONDS)


def _index(given: object, problem: LesionLabError | None = None) -> str:
    views, queue = all_runs(), queue_in_use()
    jobs = queue.jobs()
    return render_template(
        "runs/index.html",
        runs=views,
        jobs=list(reversed(jobs))[:JOBS_SHOWN],
        run_of={view.record.job: view for view in views if view.record.job},
        workers=queue.workers(),
        offers=offers(views),
        data_names=data_names(),
        given=given,
        problem=problem,
        trains_here=importlib.util.find_spec("torch") is not None,
        training_gb=TRAINING_GB,
    )


def _job_of(view: RunView) -> Job | None:
    """Return the latest job that begins or goes on with a run."""
    found = [job for job in queue_in_use().jobs() if job.id == view.record.job or job.request.resumes == view.name]
    return found[-1] if found else None
