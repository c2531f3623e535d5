"""`lesionlab data card`: what a prepared set or the collection holds, as a page for people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

COLLECTED = "collected"


def card(
    name: Annotated[str, typer.Argument(help="A prepared set by its name or folder, or `collected`.")],
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it here instead of printing it.")] = None,
) -> None:
    """Tell what images a set holds: sources, licences, whom to name, split, what was left out, limits."""
    text = _collection() if name == COLLECTED else _prepared(name)
    if out is None:
        typer.echo(text, nl=False)
        return
    from lesionlab.core.errors import InputError
    from lesionlab.core.files import write_text

    if out.is_dir():
        raise InputError(f"{out} is a folder.", f"Name a file, such as {out / 'CARD.md'}.")
    write_text(out, text)
    typer.echo(f"Wrote {out}.")


def _collection() -> str:
    from lesionlab.collect.collection import open_collection
    from lesionlab.curate.data_card_collection import collection_card

    with open_collection() as collection:
        return collection_card(collection.manifest)


def _prepared(name: str) -> str:
    from lesionlab.curate.data_card import prepared_card
    from lesionlab.data.prepared import open_prepared

    return prepared_card(open_prepared(name))
