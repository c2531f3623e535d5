"""`lesionlab collect`: images from their hosts, each with its licence and provenance."""

from __future__ import annotations

import typer

app = typer.Typer(
    help="Collect images from their hosts, each with its licence.", no_args_is_help=True, rich_markup_mode=None
)


@app.callback()
def collect() -> None:
    """Collect images from their hosts, each with its licence."""
