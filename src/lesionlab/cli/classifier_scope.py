"""`lesionlab classifier scope`: what a classifier refuses to answer, of lesions and of pictures without one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from lesionlab.cli.part_options import LedgerChoice, PurposeChoice
from lesionlab.cli.progress import progress_bar
from lesionlab.cli.training_choices import DEFAULT_DATA, SplitChoice


def scope(
    model: Annotated[str, typer.Option(help="A classifier with a scope: name, run or folder.")] = "released",
    data: Annotated[str, typer.Option(help="A prepared data set, by name or folder.")] = DEFAULT_DATA,
    split: SplitChoice = None,
    part: Annotated[
        Literal["validation", "test", "external"], typer.Option(help="The part whose lesions should be accepted.")
    ] = "validation",
    purpose: PurposeChoice = "",
    ledger: LedgerChoice = None,
    photos: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Photographs without a lesion, which should be refused.")
    ] = None,
    to_card: Annotated[bool, typer.Option("--to-card", help="Also write the figures into the model's card.")] = False,
) -> None:
    """Measure which lesions a scope refuses, and which drawings and photographs without a lesion, with intervals.

    A lesion counts as refused when any of its images is. Photographs are first cut to the frame and JPEG quality of
    the data's images, so that size and compression do not tell them apart.
    """
    from lesionlab.cli.evaluation_part import open_part
    from lesionlab.cli.image_files import find_images
    from lesionlab.evaluation.card_metrics import with_metrics
    from lesionlab.evaluation.generator_text import metric_table
    from lesionlab.evaluation.scope import drawings_refused, lesions_refused, photos_refused
    from lesionlab.inference.catalogue import find_model
    from lesionlab.inference.scope import load_scope
    from lesionlab.records.card import CARD_NAME, read_card, write_card

    folder = find_model(model, "classifier")
    loaded = load_scope(folder)
    opened = open_part(data, part, folder, purpose, ledger, split)
    found = lesions_refused(loaded, opened)
    with progress_bar("Drawing", "kinds") as progress:
        found += drawings_refused(loaded, progress)
    if photos is not None:
        with progress_bar("Photographs", "images") as progress:
            found += photos_refused(loaded, find_images([str(photos)]), photos.name, progress)
    names = dict.fromkeys(metric.name for metric in found)
    tables = [metric_table([metric for metric in found if metric.name == name]) for name in names]
    typer.echo("\n\n".join("\n".join(table) for table in tables))
    if to_card:
        write_card(folder, with_metrics(read_card(folder), found))
        typer.echo(f"Card: {folder / CARD_NAME}")
