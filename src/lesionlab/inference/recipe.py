"""A recipe: all that an image of a generator depends on besides its weights."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """A seed, which gives the latent, and the code of the diagnosis shown."""

    seed: int
    diagnosis: str
