"""`lesionlab collect forget`: delete collected images, and tell what was made from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lesionlab.collect.collection import Collection
    from lesionlab.curate.usage import Use
    from lesionlab.records.collected import ManifestRecord


def forget(
    source: Annotated[list[str] | None, typer.Option(help="Images of this source; may be given several times.")] = None,
    image_id: Annotated[
        list[str] | None, typer.Option("--id", help="Images of this id; may be given several times.")
    ] = None,
    sha256: Annotated[
        list[str] | None, typer.Option("--sha256", help="Images of this SHA-256, or its first 8 digits; repeatable.")
    ] = None,
    licence: Annotated[
        list[str] | None, typer.Option(help="Images under this licence, such as CC-BY-NC; repeatable.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before deleting.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Let forgotten images be collected again.")] = False,
) -> None:
    """Delete images and mark them so that they are not fetched again; list the models and data that used them."""
    from lesionlab.cli.licence_options import families
    from lesionlab.collect.collection import open_collection
    from lesionlab.collect.forget import Chosen, choose, remember

    digits = tuple(text.lower() for text in sha256 or ())
    chosen = Chosen(tuple(source or ()), tuple(image_id or ()), digits, families(licence or ()))
    with open_collection() as collection:
        records = choose(collection, chosen)
        if undo:
            typer.echo(f"{remember(collection, records):,} images may be collected again.")
            return
        _forget(collection, records, yes)


def _forget(collection: Collection, records: Sequence[ManifestRecord], yes: bool) -> None:
    from lesionlab.cli.progress import progress_bar
    from lesionlab.collect.forget import forget as forget_records
    from lesionlab.curate.usage import find_uses

    open_records = [record for record in records if record.state != "forgotten"]
    fetched = sum(1 for record in open_records if record.state == "fetched")
    sources = ", ".join(sorted({record.source for record in records}))
    typer.echo(f"To forget: {len(open_records):,} images of {sources}, {fetched:,} of them fetched.")
    if len(records) > len(open_records):
        typer.echo(f"Forgotten before: {len(records) - len(open_records):,}.")
    uses = find_uses(records)
    _tell(uses)
    if open_records and not yes:
        typer.confirm("Delete them? This cannot be undone.", abort=True)
    with progress_bar("Forgetting", "images") as progress:
        done = forget_records(collection, records, progress)
    typer.echo(f"Forgot {done.records:,} images and deleted {done.files:,} files ({done.size_bytes / 1e6:,.1f} MB).")
    if done.shared:
        typer.echo(f"Kept {done.shared:,} files: another record that is not forgotten has the same bytes.")
    if uses:
        typer.echo("Nothing of the above was changed: prepare the data anew, train anew, and delete what must go.")


def _tell(uses: Sequence[Use]) -> None:
    from lesionlab.cli.text import table

    if not uses:
        typer.echo("No prepared data, run, model or synthetic set in the home folder was made from them.")
        return
    rows = [(use.kind, use.name, f"{use.images:,}" if use.images else "-", use.why, str(use.folder)) for use in uses]
    typer.echo(table(("made from them", "name", "images", "told by", "folder"), rows))
