"""`lesionlab collect export`: collected images as a folder that other tools read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def export(
    folder: Annotated[Path, typer.Argument(help="A folder that is new or empty.")],
    source: Annotated[
        list[str] | None, typer.Option(help="Images of this source alone; may be given several times.")
    ] = None,
    licence: Annotated[
        list[str] | None, typer.Option(help="Images under this licence alone, such as CC-BY; repeatable.")
    ] = None,
    diagnosis: Annotated[
        list[str] | None, typer.Option(help="Images of this diagnosis alone, such as mel; repeatable.")
    ] = None,
) -> None:
    """Write collected images with licences and attributions beside them, for `load_dataset("imagefolder")`."""
    from lesionlab.cli.licence_options import families
    from lesionlab.cli.progress import progress_bar
    from lesionlab.collect.collection import open_collection
    from lesionlab.collect.export import Wanted
    from lesionlab.collect.export import export as write_export
    from lesionlab.core.diagnoses import find_diagnosis
    from lesionlab.core.licences import find_licence

    codes = tuple(find_diagnosis(code).code for code in diagnosis or ())
    wanted = Wanted(tuple(source or ()), families(licence or ()), codes)
    with open_collection() as collection, progress_bar("Exporting", "images") as progress:
        done = write_export(collection, folder, wanted, progress)
    whole = find_licence(done.licence)
    typer.echo(f"Wrote {done.images:,} images ({done.size_bytes / 1e6:,.1f} MB) to {folder}.")
    if done.records > done.images:
        typer.echo(f"{done.records - done.images:,} more records have the same bytes: column also_from.")
    if done.closed:
        typer.echo(f"Left out: {done.closed:,} images under licences that are not open.")
    typer.echo(f"What is derived from all of them: {whole.name if whole else done.licence}; see LICENCES.md there.")
    typer.echo(f'  next: load_dataset("imagefolder", data_dir="{folder}")')
