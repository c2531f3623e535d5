"""The first page: what this is, a wall of synthetic lesions, three doors."""

from __future__ import annotations

from flask import Blueprint, render_template

from lesionlab.core.errors import ModelError
from lesionlab.web.models_in_use import models_in_use
from lesionlab.web.wall import COLUMNS, ROWS, wall_tiles

home = Blueprint("home", __name__)


@home.get("/")
def index() -> str:
    """Show the first page; without a generator it says so in place of the wall."""
    models = models_in_use()
    try:
        generator = models.card("generator")
    except ModelError as error:
        return render_template("home/index.html", generator=None, problem=error, tiles=(), columns=COLUMNS, rows=ROWS)
    tiles = wall_tiles(generator.classes, generator.image.size_px)
    return render_template(
        "home/index.html", generator=generator, problem=None, tiles=tiles, columns=COLUMNS, rows=ROWS
    )
