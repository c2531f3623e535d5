"""Recipes as plain JSON values and back, strictly: what files and manifests keep of them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import numpy as np

from lesionlab.core.errors import InputError
from lesionlab.core.seeds import check_seed, check_truncation
from lesionlab.inference.recipe import AnyRecipe, Between, End, KeptLatent, Recipe

_CURE = "Write it as LesionLab writes it: see docs/sampling.md."
_FLOAT32 = np.dtype("<f4")  # little-endian on every machine


def plain_recipe(recipe: AnyRecipe) -> dict[str, Any]:
    """Return a recipe as JSON values.

    `seed`, `diagnosis` and, where there is one, `truncation`; or `latent` (its float32 values, little-endian, base64)
    and `diagnosis`; or `between`, which holds both ends, and `position`.
    """
    if isinstance(recipe, Between):
        return {"between": [plain_recipe(recipe.start), plain_recipe(recipe.end)], "position": recipe.position}
    if isinstance(recipe, KeptLatent):
        content = np.array(recipe.latent, _FLOAT32).tobytes()
        return {"latent": base64.b64encode(content).decode(), "diagnosis": recipe.diagnosis}
    limit = {} if recipe.truncation is None else {"truncation": recipe.truncation}
    return {"seed": recipe.seed, "diagnosis": recipe.diagnosis, **limit}


def recipe_from(plain: object) -> AnyRecipe:
    """Return the recipe that JSON values describe; other keys beside its own are passed over.

    Raises:
        InputError: they describe none, or a value is of the wrong type or out of range.
    """
    values = plain if isinstance(plain, Mapping) else {}
    if "between" not in values:
        return _end(values)
    ends, position = values["between"], _number(values.get("position"))
    if not isinstance(ends, list) or len(ends) != 2 or position is None:
        raise InputError("A recipe between two ends lacks an end or its position.", _CURE)
    start, end = (_end(each) for each in ends)
    return Between(start, end, check_position(position))


def check_position(position: float) -> float:
    """Return the position when it lies in 0..1.

    Raises:
        InputError: it does not.
    """
    if not 0 <= position <= 1:
        raise InputError(f"Position {position:g} is outside 0..1.", "0 is the first end, 1 the other.")
    return position


def _end(plain: object) -> End:
    values = plain if isinstance(plain, Mapping) else {}
    diagnosis, seed = values.get("diagnosis"), values.get("seed")
    if isinstance(diagnosis, str) and "latent" in values:
        return KeptLatent(_latent(values["latent"]), diagnosis)
    if not isinstance(diagnosis, str) or not isinstance(seed, int) or isinstance(seed, bool):
        raise InputError("A recipe has no seed with a diagnosis, and no latent.", _CURE)
    if "truncation" not in values:
        return Recipe(check_seed(seed), diagnosis)
    truncation = _number(values["truncation"])
    if truncation is None:
        raise InputError("The truncation of a recipe is no number.", _CURE)
    return Recipe(check_seed(seed), diagnosis, check_truncation(truncation))


def _latent(text: object) -> tuple[float, ...]:
    try:
        values = np.frombuffer(base64.b64decode(str(text), validate=True), _FLOAT32)
    except (binascii.Error, ValueError) as error:
        raise InputError("The latent of a recipe is no base64 of float32 values.", _CURE) from error
    if not np.isfinite(values).all():
        raise InputError("The latent of a recipe holds values that are no numbers.", _CURE)
    return tuple(values.tolist())


def _number(value: Any) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        return float(value)
    except OverflowError:  # JSON knows whole numbers without end
        return None
