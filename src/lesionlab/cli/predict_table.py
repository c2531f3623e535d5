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
from lesionlab.inference.prediction_stream import predict_files
from lesionlab.inference.prediction_table import PredictionTable
from lesionlab.inference.predictor import Predictor


def fill_table(out: Path, predictor: Predictor, paths: Sequence[Path]) -> int:
    """Add the rows that a table lacks, tell of it, and return how many of its files could not be classified."""
    with PredictionTable(out, plan_for(predictor)) as table:
        left = table.lacks(paths)
        before = len(paths) - len(left)
        if before:
            typer.echo(f"{before:,} of {len(paths):,} files have their rows already.", err=True)
        with (
            progress_bar("Classifying", "images") as progress,
            closing(predict_files(predictor, left, cores())) as answers,
        ):
            progress(before, len(paths))
            for done, answer in enumerate(answers, start=before + 1):
                if answer.error is not None:
                    report(f"{answer.path}: {answer.error.cause}", answer.error.cure)
                table.add(answer)
                progress(done, len(paths))
    failed = f"; {table.failed:,} could not be classified, see the column 'error'" if table.failed else ""
    typer.echo(f"Table: {out} ({len(table.done):,} files{failed})")
    return table.failed
