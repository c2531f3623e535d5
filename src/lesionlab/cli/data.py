"""`lesionlab data`: prepare images for training, and audit splits."""

from __future__ import annotations

import typer

from lesionlab.cli.data_audit import audit
from lesionlab.cli.data_card import card
from lesionlab.cli.data_duplicates import duplicates
from lesionlab.cli.data_prepare import prepare
from lesionlab.cli.data_split import split

app = typer.Typer(help="Prepare images for training; audit splits.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def data() -> None:
    """Prepare images for training; audit splits."""


app.command()(prepare)
app.command()(audit)
app.command(short_help="Tell what images a set holds.")(card)
app.command()(split)
app.command(short_help="Find pictures of one lesion under two ids.")(duplicates)
