"""`lesionlab study sweep`: other arms, doses and shares of the real images, which no verdict rests on."""

from __future__ import annotations

from typing import Annotated

import typer

from lesionlab.cli.failures import EXIT_INTERRUPTED
from lesionlab.cli.progress import progress_bar
from lesionlab.cli.study_run import ThreadsChoice
from lesionlab.cli.training import explain_missing
from lesionlab.cli.training_choices import DataChoice


def sweep(
    study: Annotated[str, typer.Argument(help="A study of synthetic images: number, name or folder.")],
    data: DataChoice = None,
    threads: ThreadsChoice = 0,
) -> None:
    """Train what no verdict rests on, with one seed in every fold: other arms, doses, shares of the real images.

    The report tells their intervals and no verdict. Run again, it goes on; several processes may work at once.
    """
    from lesionlab.data.prepared import open_prepared
    from lesionlab.study.frozen import find_frozen

    with explain_missing():
        from lesionlab.study.trial_runner import TrialRunner
    found = find_frozen(study)
    runner = TrialRunner(found, open_prepared(data or found.protocol.data), threads, progress_bar)
    try:
        for record in runner.sweep():
            fate = ", diverged" if record.diverged else ""
            typer.echo(f"Done: {record.name}, {record.seconds / 60:.1f} min{fate}", err=True)
    except KeyboardInterrupt:
        typer.echo("Stopped; what is done is kept, and the training at hand begins again.", err=True)
        typer.echo(f"  next: lesionlab study sweep {found.path.name}", err=True)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    typer.echo(f"The sweeps are done.\n  next: lesionlab study report {found.path.name}")
