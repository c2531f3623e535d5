"""`lesionlab gan report`: how a generator's training went, as one page."""

from __future__ import annotations

from typing import Annotated

import typer


def report(
    run: Annotated[str, typer.Argument(help="A generator's run, finished or not: number, name or folder.")],
) -> None:
    """Write report.html and progress.webp into a run's folder, from what it has recorded so far."""
    from lesionlab.core.home import runs_folder
    from lesionlab.records.run import find_run
    from lesionlab.training.report import write_report

    folder = find_run(run, runs_folder())
    typer.echo(f"Report: {write_report(folder)}")
    if folder.animation.is_file():
        typer.echo(f"Animation: {folder.animation}")
