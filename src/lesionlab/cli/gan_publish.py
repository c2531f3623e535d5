"""`lesionlab gan publish`: a synthetic set that others can use."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lesionlab.cli.progress import progress_bar
from lesionlab.core.notice import NOTICE


def publish(
    folder: Annotated[Path, typer.Argument(help="A folder that `gan sample` wrote.")],
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="A folder that is new or empty.")],
    name: Annotated[str, typer.Option(help="The name of the set.", show_default="that of the folder")] = "",
    models: Annotated[
        list[Path] | None,
        typer.Option(
            "--model", metavar="FOLDER", help="A generator that lies elsewhere.", show_default="the known ones"
        ),
    ] = None,
    with_model: Annotated[
        bool, typer.Option("--with-model", help="Also copy the weights, so that others can make each image again.")
    ] = False,
) -> None:
    """Write a synthetic set as an image folder with data card, licence, provenance, model card and hashes."""
    from lesionlab.curate.publish import publish as write_published

    with progress_bar("Publishing", "images") as progress:
        done = write_published(folder, to, name, models or [], with_model=with_model, progress=progress)
    typer.echo(f"Wrote {done.images:,} synthetic images ({done.size_bytes / 1e6:,.1f} MB) to {to}.")
    typer.echo(f"{done.licence}; see README.md there. {NOTICE}")
    typer.echo(f'  next: load_dataset("imagefolder", data_dir="{to}")')
