"""`lesionlab collect verify`: whether every collected file is there and whole."""

from __future__ import annotations

from typing import Annotated

import typer

SHOWN = 10


def verify(
    source: Annotated[str, typer.Option(help="Only this source, such as 'isic'. [default: all]")] = "",
    repair: Annotated[
        bool, typer.Option("--repair", help="Mark what is missing or damaged as wanted, to be fetched again.")
    ] = False,
) -> None:
    """Read every collected file, compare it with the manifest and decode it; ends with 1 when something is wrong."""
    from lesionlab.cli.progress import progress_bar
    from lesionlab.collect.collection import open_collection
    from lesionlab.collect.verify import verify_collection

    with open_collection() as collection, progress_bar("Verifying", "files") as progress:
        found = verify_collection(collection, source or None, repair=repair, progress=progress)
    for record, problem in found.wrong[:SHOWN]:
        typer.echo(f"  {record.source} {record.image_id}: {problem}")
    if len(found.wrong) > SHOWN:
        typer.echo(f"  and {len(found.wrong) - SHOWN:,} more")
    for path in found.strays[:SHOWN]:
        typer.echo(f"  no record names {path}")
    if len(found.strays) > SHOWN:
        typer.echo(f"  and {len(found.strays) - SHOWN:,} more")
    typer.echo(
        f"{found.right:,} files are as the manifest says, {len(found.wrong):,} are missing or damaged, "
        f"{len(found.strays):,} are named by no record."
    )
    if found.wrong:
        done = "are marked as wanted" if repair else "can be marked as wanted by `lesionlab collect verify --repair`"
        typer.echo(f"They {done}; the command that collected them then fetches them again.")
    if not found.sound:
        raise typer.Exit(1)
