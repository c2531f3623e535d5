"""`lesionlab models extractor`: a frozen network whose features sets of images are compared by."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lesionlab.core.errors import InputError

DEFAULT_SIZE_PX = 64


def extractor(
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="The new folder of the extractor.")],
    classifier: Annotated[
        str | None, typer.Option(metavar="RUN", help="A finished classifier run, by number, name or folder.")
    ] = None,
    random: Annotated[
        int | None, typer.Option(metavar="SEED", help="A network of random weights, drawn by this seed.")
    ] = None,
    size: Annotated[
        int | None, typer.Option(metavar="PX", help="With --random: the size of the images.", show_default="64")
    ] = None,
) -> None:
    """Export the trunk of a classifier, or of a network of random weights, as a feature space to compare images in."""
    from lesionlab.cli.training import explain_missing
    from lesionlab.core.home import runs_folder
    from lesionlab.records.run import find_run

    if (classifier is None) == (random is None):
        raise InputError("One of --classifier and --random is needed.", "Give --classifier RUN, or --random 0.")
    if size is not None and random is None:
        raise InputError("A classifier has the size that it was trained at.", "Leave out --size.")
    with explain_missing():
        from lesionlab.training.extractor import extractor_of_run, random_extractor
    folder = to.resolve()
    if random is None:
        card = extractor_of_run(find_run(classifier or "", runs_folder()), folder)
    else:
        size_px = size or DEFAULT_SIZE_PX
        command = f"lesionlab models extractor --random {random} --size {size_px}"
        card = random_extractor(random, size_px, folder, command)
    typer.echo(f"Extractor {card.name}: {card.feature_dims} features of images of {card.image.size_px} px, in {to}")
    typer.echo(f"  next: lesionlab models verify {to}")
