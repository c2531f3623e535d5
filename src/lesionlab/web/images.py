"""The addresses of single images; an address with a model's hash means the same bytes for ever."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from lesionlab.core.errors import LesionLabError
from lesionlab.core.png import encode_png
from lesionlab.inference.provenance import synthetic_png
from lesionlab.inference.recipe import Recipe
from lesionlab.records.card import ModelCard
from lesionlab.web.models_in_use import models_in_use
from lesionlab.web.order import decimal_number
from lesionlab.web.sources import make_source
from lesionlab.web.wall import wall_webp

images = Blueprint("images", __name__)

_HASH_DIGITS = 12


class OtherModelError(LesionLabError):
    """An image address of a model that is not in use."""

    http_status = 404
    code = "other_model"


def model_tag(card: ModelCard) -> str:
    """Return the first digits of a model's hash, as image addresses name it."""
    return card.weights_sha256[:_HASH_DIGITS]


@images.get("/synthetic/<model>/<diagnosis>/<int:seed>.png")
def synthetic(model: str, diagnosis: str, seed: int) -> Response:
    """Send the synthetic image of a recipe, with its provenance inside."""
    card = card_of(model)
    source = make_source("synthetic", diagnosis, seed, asked_truncation())
    recipe = source.recipe
    name = f"{diagnosis}-{seed}{'' if recipe.truncation is None else f'-truncated-{recipe.truncation:g}'}-{model}"
    response = unchanged(name)
    if response.status_code != 304:
        response.set_data(synthetic_png(source.pixels(), card, recipe))
        response.mimetype = "image/png"
    if "download" in request.args:
        response.headers["Content-Disposition"] = f'attachment; filename="synthetic-{name}.png"'
    return response


@images.get("/synthetic/<model>/wall.webp")
def wall(model: str) -> Response:
    """Send the wall of the first page."""
    card = card_of(model)
    response = unchanged(f"{model}-wall")
    if response.status_code != 304:
        response.set_data(wall_webp(card))
        response.mimetype = "image/webp"
    return response


@images.get("/procedural/<diagnosis>/<int:seed>.png")
def procedural(diagnosis: str, seed: int) -> Response:
    """Send a drawn lesion."""
    source = make_source("procedural", diagnosis, seed)
    return Response(encode_png(source.pixels()), mimetype="image/png")


def synthetic_address(card: ModelCard, recipe: Recipe, endpoint: str = "images.synthetic") -> str:
    """Return the address of a synthetic image, or of its page."""
    limit: dict[str, Any] = {} if recipe.truncation is None else {"truncation": f"{recipe.truncation:g}"}
    return url_for(endpoint, model=model_tag(card), diagnosis=recipe.diagnosis, seed=recipe.seed, **limit)


def asked_truncation() -> float | None:
    """Return the truncation in the current address, if there is one.

    Raises:
        InputError: it is no number.
    """
    text = request.args.get("truncation", "")
    return decimal_number("Truncation", text) if text else None


def card_of(model: str) -> ModelCard:
    """Return the generator's card when an address names the one in use.

    Raises:
        OtherModelError: it names another one.
    """
    card = models_in_use().card("generator")
    if model != model_tag(card):
        raise OtherModelError(
            f"This address belongs to another generator than the one in use ({model_tag(card)}).",
            "Generate the image anew, or start LesionLab with that generator.",
        )
    return card


def unchanged(etag: str) -> Response:
    """Return a response that may be kept for ever; 304 when the caller has it already."""
    response = Response()
    response.set_etag(etag)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    if request.if_none_match.contains(etag):
        response.status_code = 304
    return response
