"""Recipes: all that an image of a generator depends on besides its weights."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """A seed, which gives the latent, the code of the diagnosis shown, and how far the latent may go.

    `truncation` is in standard deviations, 0.1..10; None means no limit (see `core.seeds.latent`).
    """

    seed: int
    diagnosis: str
    truncation: float | None = None


@dataclass(frozen=True)
class KeptLatent:
    """A latent that no seed gives, kept value by value, each exactly a float32, and the diagnosis shown."""

    latent: tuple[float, ...]
    diagnosis: str


End = Recipe | KeptLatent


@dataclass(frozen=True)
class Between:
    """Two ends and a position of 0..1 between them; the ends may differ in diagnosis as well."""

    start: End
    end: End
    position: float


AnyRecipe = Recipe | KeptLatent | Between


def ends_of(recipe: AnyRecipe) -> tuple[End, ...]:
    """Return both ends of a recipe that lies between two, or the recipe itself."""
    return (recipe.start, recipe.end) if isinstance(recipe, Between) else (recipe,)


def diagnoses_of(recipe: AnyRecipe) -> tuple[str, ...]:
    """Return the codes of the diagnoses that a recipe mixes: one, or two in the order of its ends."""
    return tuple(dict.fromkeys(end.diagnosis for end in ends_of(recipe)))
