"""The root command `lesionlab` and its groups."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from lesionlab import __version__
from lesionlab.cli import classifier, collect, data, gan, jobs, models, study
from lesionlab.cli.failures import ReportingGroup
from lesionlab.cli.inspect import inspect
from lesionlab.cli.serve import serve
from lesionlab.cli.worker import worker
from lesionlab.core.notice import NOTICE

app = typer.Typer(
    name="lesionlab",
    cls=ReportingGroup,
    help=f"Synthesise dermoscopic lesions, classify them, and measure honestly whether it helps. {NOTICE}",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # Rich's help costs 0.2 s at every start
)

# Threads of a training step wait for each other this many turns before they sleep. By default they never sleep, and
# beside another program a step on two cores then takes seven times as long (docs/performance.md).
THREADS_SPIN = "20000"

app.add_typer(data.app, name="data")
app.add_typer(collect.app, name="collect")
app.add_typer(gan.app, name="gan")
app.add_typer(classifier.app, name="classifier")
app.add_typer(models.app, name="models")
app.add_typer(study.app, name="study")
app.add_typer(jobs.app, name="jobs")
app.command(short_help="Serve the web app on this machine.")(serve)
app.command(short_help="Carry out trainings from the queue.")(worker)
app.command(short_help="Say whether files are ours, and prove it.")(inspect)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"LesionLab {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", callback=_print_version, is_eager=True)
    ] = False,
    tethered: Annotated[bool, typer.Option("--tethered", hidden=True)] = False,
) -> None:
    """Run one of the commands below."""
    if tethered:  # a worker's child ends with it
        from lesionlab.jobs.tether import leave_when_input_ends

        leave_when_input_ends()


def main() -> None:
    """Run the command line; every failure leaves with a cause, a cure and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console without our characters must not stop a command
    os.environ.setdefault("GOMP_SPINCOUNT", THREADS_SPIN)
    app(prog_name="lesionlab")
