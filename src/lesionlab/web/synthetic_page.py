"""The page of one synthetic image: what made it, what the models say of it, and its variations."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Blueprint, render_template

from lesionlab.core.diagnoses import describe
from lesionlab.core.seeds import MAX_SEED
from lesionlab.inference.recipe import Recipe
from lesionlab.records.card import ModelCard
from lesionlab.web.images import asked_truncation, card_of
from lesionlab.web.judged import judged_images, why_no_authenticity
from lesionlab.web.real_images import real_images
from lesionlab.web.sources import make_source

synthetic_page = Blueprint("synthetic_page", __name__)

TRUNCATIONS = (0.5, 1.0, 1.5, 2.0, None)
SEEDS_ON = 6
REAL_SHOWN = 4


@dataclass(frozen=True)
class Variation:
    """Images that differ from one in a single thing."""

    title: str
    about: str
    shown: tuple[tuple[Recipe, str], ...]  # each with what it differs in


@synthetic_page.get("/synthetic/<model>/<diagnosis>/<int:seed>")
def index(model: str, diagnosis: str, seed: int) -> str:
    """Show one synthetic image."""
    card = card_of(model)
    source = make_source("synthetic", diagnosis, seed, asked_truncation())
    [judged] = judged_images([source.recipe], [source.pixels()])
    return render_template(
        "generate/image.html",
        card=card,
        source=source,
        recipe=source.recipe,
        diagnosis=describe(diagnosis),
        judged=judged,
        no_authenticity=why_no_authenticity(),
        variations=_variations(source.recipe, card),
        real=real_images(card, (diagnosis,), REAL_SHOWN, seed),
    )


def _variations(recipe: Recipe, card: ModelCard) -> tuple[Variation, ...]:
    other_diagnoses = tuple((replace(recipe, diagnosis=code), code) for code in card.classes)
    limits = tuple(
        (replace(recipe, truncation=limit), "no limit" if limit is None else f"{limit:g}") for limit in TRUNCATIONS
    )
    seeds = range(recipe.seed + 1, min(recipe.seed + SEEDS_ON, MAX_SEED) + 1)
    following = tuple((replace(recipe, seed=seed), str(seed)) for seed in seeds)
    return (
        Variation("Other diagnoses", "The same seed, asked to be something else.", other_diagnoses),
        Variation("Truncation", "The less of chance is let in, the more it is like all others.", limits),
        Variation("Other seeds", "The same diagnosis, other chance.", following),
    )
