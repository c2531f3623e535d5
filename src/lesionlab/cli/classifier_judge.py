"""`lesionlab classifier judge`: a whole batch of synthetic images before a classifier, as a page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lesionlab.cli.keep_report import OutChoice
from lesionlab.cli.progress import progress_bar
from lesionlab.cli.training_choices import SplitChoice


def judge(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder that `gan sample` wrote.")],
    model: Annotated[str, typer.Option(help="The classifier that judges: name, run or folder.")] = "released",
    data: Annotated[
        str | None, typer.Option(help="A prepared data set whose validation images stand beside the batch.")
    ] = None,
    split: SplitChoice = None,
    out: OutChoice = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write the page here.")] = None,
) -> None:
    """Tell how often a classifier sees in synthetic images what was asked for, by diagnosis, beside real images.

    A classifier that filtered the set is told to be no independent judge. Where the classifier has a scope, the shares
    of images out of it stand beside.
    """
    from lesionlab.cli.evaluation_part import open_part
    from lesionlab.core.files import write_json, write_text
    from lesionlab.data.synthetic_set import SyntheticSet
    from lesionlab.evaluation.judging import judge_set, judged
    from lesionlab.evaluation.judging_page import judged_page, judged_text
    from lesionlab.inference.catalogue import find_model
    from lesionlab.inference.predictor import Predictor
    from lesionlab.inference.scope import load_scope
    from lesionlab.records.codec import to_plain
    from lesionlab.records.scope import SCOPE_NAME

    made = SyntheticSet.open(folder)
    predictor = Predictor(find_model(model, "classifier"))
    real = None if data is None else open_part(data, "validation", predictor.folder, "", None, split)
    scope = load_scope(predictor.folder) if (predictor.folder / SCOPE_NAME).is_file() else None
    with progress_bar("Judging", "images") as progress:
        batch = judge_set(predictor, made, progress)
    report = judged(predictor, made, batch, real, scope)
    typer.echo(judged_text(report))
    if out is not None:
        write_json(out, to_plain(report))
        typer.echo(f"Report: {out}")
    if html is not None:
        write_text(html, judged_page(report, batch))
        typer.echo(f"Page: {html}")
