"""The page that turns one synthetic lesion into another, by a slider over frames that are there already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from lesionlab.core.diagnoses import describe
from lesionlab.core.errors import InputError
from lesionlab.inference.animation import make_walk, walk_frames
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.walk import Walk
from lesionlab.records.card import ModelCard
from lesionlab.web.batching import Few
from lesionlab.web.images import card_of, model_tag, unchanged
from lesionlab.web.models_in_use import models_in_use
from lesionlab.web.order import decimal_number, whole_number
from lesionlab.web.sources import make_source
from lesionlab.web.sprite import corner, sprite_webp

morph = Blueprint("morph", __name__)

FRAMES = 48  # three batches of the generator; a step is too small to be seen
COLUMNS = 8
STRIP = 9  # frames shown where no script runs
ANIMATION_ZOOM = 3
ANIMATING = Few(2)
DEFAULTS = {"start": "nv", "start_seed": "7", "end": "mel", "end_seed": "19", "truncation": ""}


@dataclass(frozen=True)
class Ends:
    """Where a morph begins and ends."""

    start: Recipe
    end: Recipe

    def slider(self) -> Walk:
        """Return the walk of the slider: once, each frame a step of it.

        Raises:
            InputError: both ends are the same.
        """
        return Walk((self.start, self.end), frames_per_leg=FRAMES - 1, loops=False)

    def animation(self) -> Walk:
        """Return the walk of the file: there and back, without end."""
        return Walk((self.start, self.end), frames_per_leg=FRAMES // 2, zoom=ANIMATION_ZOOM)

    def values(self) -> dict[str, Any]:
        """Return the fields of its address."""
        limit = {} if self.start.truncation is None else {"truncation": f"{self.start.truncation:g}"}
        return {
            "start": self.start.diagnosis,
            "start_seed": self.start.seed,
            "end": self.end.diagnosis,
            "end_seed": self.end.seed,
        } | limit


@morph.get("/morph")
def index() -> str | tuple[str, int]:
    """Show the slider between two ends, or what is wrong with them beside the form."""
    card = models_in_use().card("generator")
    defaults = DEFAULTS | {name: card.classes[-1] for name in ("start", "end") if DEFAULTS[name] not in card.classes}
    fields = {name: request.args.get(name, default) for name, default in defaults.items()}
    form = {"card": card, "diagnoses": [describe(code) for code in card.classes], "fields": fields}
    try:
        ends = read_ends(fields)
        ends.slider()
    except InputError as problem:
        return render_template("generate/morph.html", **form, problem=problem), problem.http_status
    return render_template("generate/morph.html", **form, **_shown(ends, card), problem=None)


@morph.get("/morph/<model>/frames.webp")
def frames(model: str) -> Response:
    """Send all frames of a morph in one WebP, row by row."""
    card, ends = card_of(model), read_ends(request.args)
    response = unchanged(f"{model}-morph-{_tag(ends)}")
    if response.status_code != 304:
        made = walk_frames(models_in_use().sampler(), ends.slider())
        response.set_data(sprite_webp(made, COLUMNS, card))
        response.mimetype = "image/webp"
    return response


@morph.get("/morph/<model>/animation.webp")
def animation(model: str) -> Response:
    """Send a morph as an animation that goes there and back, every pixel kept and the recipe inside."""
    card_of(model)
    ends = read_ends(request.args)
    response = unchanged(f"{model}-animation-{_tag(ends)}")
    if response.status_code != 304:
        with ANIMATING:
            response.set_data(make_walk(models_in_use().sampler(), ends.animation(), "WEBP"))
        response.mimetype = "image/webp"
    response.headers["Content-Disposition"] = f'attachment; filename="morph-{_tag(ends)}-{model}.webp"'
    return response


def read_ends(values: Mapping[str, str]) -> Ends:
    """Read both ends from the fields of a form or address.

    Raises:
        InputError: a field is missing, no number, or out of range.
        ModelError: the generator is missing or damaged.
    """
    given = {name: values.get(name, default).strip() for name, default in DEFAULTS.items()}
    limit = decimal_number("Truncation", given["truncation"]) if given["truncation"] else None
    stops = (
        make_source("synthetic", given[end], whole_number("Seed", given[f"{end}_seed"]), limit).recipe
        for end in ("start", "end")
    )
    return Ends(*stops)


def _shown(ends: Ends, card: ModelCard) -> dict[str, Any]:
    size = card.image.size_px
    places = [corner(number, COLUMNS, size) for number in range(FRAMES)]
    steps = [round(step * (FRAMES - 1) / (STRIP - 1)) for step in range(STRIP)]
    return {
        "ends": ends,
        "size": size,
        "frames": FRAMES,
        "columns": COLUMNS,
        "sheet": (COLUMNS * size, FRAMES // COLUMNS * size),
        "strip": [(round(100 * step / (FRAMES - 1)), places[step]) for step in steps],
        "sprite": url_for("morph.frames", model=model_tag(card), **ends.values()),
        "file": url_for("morph.animation", model=model_tag(card), **ends.values()),
    }


def _tag(ends: Ends) -> str:
    limit = "" if ends.start.truncation is None else f"-truncated-{ends.start.truncation:g}"
    return f"{ends.start.diagnosis}-{ends.start.seed}-{ends.end.diagnosis}-{ends.end.seed}{limit}"
