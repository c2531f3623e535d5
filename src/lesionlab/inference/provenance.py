"""Marks inside a synthetic file: what made it, from what, under which licence; for people and for machines."""

from __future__ import annotations

import hashlib
import io
import json
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from PIL import Image

from lesionlab import __version__
from lesionlab.core.diagnoses import describe
from lesionlab.core.errors import InputError
from lesionlab.core.imaging import Pixels
from lesionlab.core.png import encode_png
from lesionlab.core.synthetic_mark import COMPOSITE_SOURCE_TYPE
from lesionlab.inference.recipe import AnyRecipe, Between, KeptLatent, Recipe, diagnoses_of
from lesionlab.inference.recipe_codec import plain_recipe, recipe_from
from lesionlab.inference.walk import walk_from
from lesionlab.inference.xmp import record_from, record_in_xmp, xmp_packet
from lesionlab.records.card import ModelCard

RECORD_KEY = "LesionLab"
XMP_KEY = "XML:com.adobe.xmp"

_MADE = "Made by a generative model; it shows no patient."
_SOUGHT = "Made by a generative model, and sought among its images to resemble a given one."


def synthetic_png(pixels: Pixels, card: ModelCard, recipe: AnyRecipe) -> bytes:
    """Encode a synthetic image, uint8 [H, W, 3], as PNG with its provenance; the same input gives the same bytes."""
    record = made_by(card) | plain_recipe(recipe) | {"pixels_sha256": pixels_sha256(pixels)}
    names = " and ".join(describe(code).name for code in diagnoses_of(recipe))
    between = "between " if len(diagnoses_of(recipe)) > 1 else ""
    return _marked_png(pixels, card, f"Synthetic dermoscopic image: {between}{names}", record)


def synthetic_sheet_png(pixels: Pixels, card: ModelCard, recipes: Sequence[AnyRecipe]) -> bytes:
    """Encode a sheet of synthetic images, uint8 [H, W, 3], as PNG with the recipes of all, row by row."""
    record = made_by(card) | {"recipes": [_brief(recipe) for recipe in recipes]}
    record["pixels_sha256"] = pixels_sha256(pixels)
    return _marked_png(pixels, card, f"{len(recipes)} synthetic dermoscopic images", record)


def projection_png(pixels: Pixels, card: ModelCard, recipe: KeptLatent) -> bytes:
    """Encode a synthetic image that was sought to resemble a given one, uint8 [S, S, 3], as PNG with its provenance."""
    record = made_by(card) | plain_recipe(recipe) | {"projection": True, "pixels_sha256": pixels_sha256(pixels)}
    return _marked_png(pixels, card, f"Projection of an image as {describe(recipe.diagnosis).name}", record, _SOUGHT)


def pairs_png(pixels: Pixels, card: ModelCard) -> bytes:
    """Encode a sheet of given images, each beside its projection, as PNG that says it is synthetic in part.

    It holds no recipe: half of it cannot be made again.
    """
    record = {"synthetic": "in part", "software": made_by(card)["software"], "notice": card.notice}
    title, about = "Images, and the projection of each at its right", f"Synthetic in part. {card.notice}"
    packet = xmp_packet(title, about, _rights(card), record, COMPOSITE_SOURCE_TYPE)
    return encode_png(pixels, {"Title": title, "Description": about, "Disclaimer": card.notice, XMP_KEY: packet})


def _brief(recipe: AnyRecipe) -> object:
    if isinstance(recipe, Recipe) and recipe.truncation is None:
        return [recipe.seed, recipe.diagnosis]
    return plain_recipe(recipe)


def recipes_in(record: Mapping[str, Any]) -> tuple[AnyRecipe, ...]:
    """Return the recipes that a sheet's record lists, row by row, or the one of a single image.

    Raises:
        InputError: the record holds none, or one that is damaged.
    """
    listed = record.get("recipes")
    if not isinstance(listed, list):
        return (recipe_from(record),)
    return tuple(recipe_from(_in_full(each)) for each in listed)


def _in_full(listed: object) -> object:
    return dict(zip(("seed", "diagnosis"), listed, strict=False)) if isinstance(listed, list) else listed


def told_recipe(record: Mapping[str, Any]) -> str:
    """Return what a record says its file shows, in a few words."""
    try:
        if "walk" in record:
            return f"a walk: {'; '.join(_told(stop) for stop in walk_from(record['walk']).stops)}"
        recipes = recipes_in(record)
    except InputError:
        return "no recipe that can be read"
    return _told(recipes[0]) if "recipes" not in record else f"a sheet of {len(recipes)} images"


def _told(recipe: AnyRecipe) -> str:
    if isinstance(recipe, Between):
        return f"at {recipe.position:g} between {_told(recipe.start)} and {_told(recipe.end)}"
    if isinstance(recipe, KeptLatent):
        return f"{recipe.diagnosis}, of a kept latent"
    limit = "" if recipe.truncation is None else f", truncated at {recipe.truncation:g}"
    return f"{recipe.diagnosis}, seed {recipe.seed}{limit}"


def pixels_sha256(pixels: Pixels) -> str:
    """Return the SHA-256 of uint8 [H, W, 3] RGB, row by row: it tells pixels as written from pixels changed since."""
    return hashlib.sha256(pixels.tobytes()).hexdigest()


def made_by(card: ModelCard) -> dict[str, Any]:
    """Return the part of a record that every file of a generator shares."""
    return {
        "synthetic": True,
        "software": f"LesionLab {__version__}",
        "model": card.name,
        "model_sha256": card.weights_sha256,
        "licence": card.licence,
        "attribution": card.attribution,
        "notice": card.notice,
    }


def xmp_of(card: ModelCard, title: str, record: dict[str, Any], how: str = _MADE) -> str:
    """Return the XMP packet of a file of this generator, with its record inside."""
    return xmp_packet(title, _about(card, how), _rights(card), record)


def _about(card: ModelCard, how: str = _MADE) -> str:
    return f"{how} {card.notice}"


def _rights(card: ModelCard) -> str:
    return f"{card.licence}. {card.attribution}"


def _marked_png(pixels: Pixels, card: ModelCard, title: str, record: dict[str, Any], how: str = _MADE) -> bytes:
    text = {
        "Title": title,
        "Description": _about(card, how),
        "Copyright": _rights(card),
        "Software": record["software"],
        "Source": f"{card.name}, weights SHA-256 {card.weights_sha256}",
        "Disclaimer": card.notice,
        RECORD_KEY: json.dumps(record, ensure_ascii=False),
        XMP_KEY: xmp_of(card, title, record, how),
    }
    return encode_png(pixels, text)


def read_provenance(content: bytes) -> dict[str, Any] | None:
    """Return the record inside a PNG's text, or in the XMP of any file; None where there is none.

    The pixels are not decoded.
    """
    for record in (_in_png_text(content), record_in_xmp(content)):
        if isinstance(record, dict):
            return record
    return None


def _in_png_text(content: bytes) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
                return record_from(image.info[RECORD_KEY])
    except Exception:  # noqa: BLE001 - damaged or foreign bytes, in whatever way, carry no provenance
        return None
