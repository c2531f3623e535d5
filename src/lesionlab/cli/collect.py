"""`lesionlab collect`: images from their hosts, each with its licence and provenance."""

from __future__ import annotations

import typer

from lesionlab.cli.collect_export import export
from lesionlab.cli.collect_folder import folder
from lesionlab.cli.collect_forget import forget
from lesionlab.cli.collect_ham10000 import ham10000
from lesionlab.cli.collect_isic import isic
from lesionlab.cli.collect_status import status
from lesionlab.cli.collect_verify import verify
from lesionlab.cli.collect_web import web

app = typer.Typer(
    help="Collect images from their hosts, each with its licence.", no_args_is_help=True, rich_markup_mode=None
)


@app.callback()
def collect() -> None:
    """Collect images from their hosts, each with its licence."""


app.command(short_help="Download HAM10000 and prepare it.")(ham10000)
app.command(short_help="Collect from the ISIC Archive.")(isic)
app.command(short_help="Take in images on this machine.")(folder)
app.command(short_help="Show what is collected.")(status)
app.command(short_help="Check every collected file.")(verify)
app.command(short_help="Collect from a web site, politely.")(web)
app.command(short_help="Write an image folder with licences.")(export)
app.command(short_help="Delete images, and tell what used them.")(forget)
