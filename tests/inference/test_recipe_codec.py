from __future__ import annotations

import json

import numpy as np
import pytest

from lesionlab.core.errors import InputError
from lesionlab.core.seeds import MAX_SEED, latent
from lesionlab.inference.recipe import Between, KeptLatent, Recipe
from lesionlab.inference.recipe_codec import plain_recipe, recipe_from

KEPT = KeptLatent(tuple(latent(5, 64).tolist()), "bkl")


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(0, "nv"),
        Recipe(MAX_SEED, "mel", 1.5),
        KEPT,
        Between(Recipe(1, "nv"), Recipe(2, "mel", 0.7), 1 / 3),
        Between(KEPT, Recipe(2, "mel"), 0.1),
    ],
)
def test_a_recipe_comes_back_through_json_to_the_bit(recipe):
    assert recipe_from(json.loads(json.dumps(plain_recipe(recipe)))) == recipe


def test_a_plain_recipe_is_short():
    assert plain_recipe(Recipe(41, "mel")) == {"seed": 41, "diagnosis": "mel"}


@pytest.mark.parametrize(
    ("plain", "told"),
    [
        (None, "no seed"),
        ([], "no seed"),
        ({}, "no seed"),
        ({"seed": 1}, "no seed"),
        ({"seed": "1", "diagnosis": "nv"}, "no seed"),
        ({"seed": True, "diagnosis": "nv"}, "no seed"),
        ({"seed": 1.0, "diagnosis": "nv"}, "no seed"),
        ({"seed": 1, "diagnosis": ["nv"]}, "no seed"),
        ({"seed": -1, "diagnosis": "nv"}, "Seed -1 is outside"),
        ({"seed": 10**40, "diagnosis": "nv"}, "is outside"),
        ({"seed": 1, "diagnosis": "nv", "truncation": "1"}, "truncation"),
        ({"seed": 1, "diagnosis": "nv", "truncation": True}, "truncation"),
        ({"seed": 1, "diagnosis": "nv", "truncation": float("nan")}, "Truncation"),
        ({"seed": 1, "diagnosis": "nv", "truncation": 10**400}, "truncation"),
        ({"latent": "%%%", "diagnosis": "nv"}, "base64"),
        ({"latent": "AAA=", "diagnosis": "nv"}, "base64"),
        ({"latent": 7, "diagnosis": "nv"}, "base64"),
        ({"latent": "AADAfw==", "diagnosis": "nv"}, "no numbers"),
        ({"between": [], "position": 0.5}, "lacks an end"),
        ({"between": [{"seed": 1, "diagnosis": "nv"}] * 2}, "lacks an end"),
        ({"between": [{"seed": 1, "diagnosis": "nv"}] * 2, "position": 2}, "Position 2 is outside"),
        ({"between": [{"seed": 1, "diagnosis": "nv"}] * 2, "position": float("nan")}, "Position"),
        ({"between": [{"seed": 1, "diagnosis": "nv"}, 5], "position": 0.5}, "no seed"),
        ({"between": [{"between": [1, 2], "position": 0}] * 2, "position": 0.5}, "no seed"),
    ],
)
def test_what_is_no_recipe_is_refused(plain, told):
    with pytest.raises(InputError, match=told):
        recipe_from(plain)


def test_latents_are_little_endian_float32():
    plain = plain_recipe(KeptLatent((1.0, -2.5), "nv"))
    assert plain["latent"] == "AACAPwAAIMA="
    assert recipe_from(plain) == KeptLatent((1.0, -2.5), "nv")
    assert np.float32(0.1).item() in recipe_from(plain_recipe(KeptLatent((np.float32(0.1).item(),), "nv"))).latent  # type: ignore[union-attr]
