"""`lesionlab classifier predict --out`: a table of many answers, filled at the model's speed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import typer

from lesionlab.cli.failures import report
from lesionlab.cli.progress import progress_bar
from lesionlab.core.processes import cores
from lesionlab.inference.prediction_rows import plan_for
from lesionlab.inference.prediction_stream import Asking, predict_files
from lesionlab.inference.prediction_table import PredictionTable


def fill_table(out: Path, asked: Asking, paths: Sequence[Path]) -> int:
    """Add the rows that a table lacks, tell of it, and return how many of its files could not be classified."""
    with PredictionTable(out, plan_for(asked)) as table:
        left = table.lacks(paths)
        before, odd = len(paths) - len(left), 0
        if before:
            typer.echo(f"{before:,} of {len(paths):,} files have their rows already.", err=True)
        with (
            progress_bar("Classifying", "images") as progress,
            closing(predict_files(asked, left, cores())) as answers,
        ):
            progress(before, len(paths))
            for done, answer in enumerate(answers, start=before + 1):
                if answer.error is not None:
                    report(f"{answer.path}: {answer.error.cause}", answer.error.cure)
                table.add(answer)
                odd += answer.in_scope is False
                progress(done, len(paths))
    if odd:
        typer.echo(f"{odd:,} of the files added now are no dermoscopic pictures that the model knows: in_scope is no.")
    failed = f"; {table.failed:,} could not be classified, see the column 'error'" if table.failed else ""
    typer.echo(f"Table: {out} ({len(table.done):,} files{failed})")
    return table.failed
