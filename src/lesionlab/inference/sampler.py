"""Images from recipes: image = f(weights, recipe), whatever else is asked for in the same call."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import InputError, ModelError
from lesionlab.core.names import did_you_mean
from lesionlab.core.seeds import check_seed, check_truncation
from lesionlab.inference.engine import load_engine
from lesionlab.inference.latent import latent_of, mix_of
from lesionlab.inference.recipe import AnyRecipe, Between, End, KeptLatent, ends_of
from lesionlab.inference.recipe_codec import check_position
from lesionlab.inference.signature import check_generator, check_kind
from lesionlab.records.card import check_weights, read_card

BATCH_SIZE = 16  # the one shape that every call is padded to


class Sampler:
    """An exported generator; several threads may sample at once, best with as many `streams` (see `load_engine`).

    Raises:
        ModelError: the folder holds no generator, or one that is damaged or does not fit its card.
    """

    def __init__(self, folder: Path, *, threads: int = 0, streams: int = 1) -> None:
        self.folder = folder
        self.card = read_card(folder)
        check_kind(folder, self.card, "generator")
        weights = check_weights(folder, self.card)
        self._engine = load_engine(weights, batch_size=BATCH_SIZE, threads=threads, streams=streams)
        check_generator(self._engine, folder, self.card)

    def check(self, recipe: AnyRecipe) -> None:
        """Refuse a recipe that this generator cannot follow.

        Raises:
            InputError: an unknown diagnosis, a latent of another length, or a number out of its range.
        """
        for end in ends_of(recipe):
            self._check_end(end)
        if isinstance(recipe, Between):
            check_position(recipe.position)

    def _check_end(self, end: End) -> None:
        if end.diagnosis not in self.card.classes:
            asked = end.diagnosis[:40]
            raise InputError(
                f"Unknown diagnosis '{asked}' for model {self.card.name}.", did_you_mean(asked, self.card.classes)
            )
        if isinstance(end, KeptLatent):
            if len(end.latent) != self.card.latent_dim:
                raise InputError(
                    f"The latent has {len(end.latent)} values; model {self.card.name} takes {self.card.latent_dim}.",
                    "Use the model that the latent was made for.",
                )
            return
        check_seed(end.seed)
        if end.truncation is not None:
            check_truncation(end.truncation)

    def sample(self, recipes: Sequence[AnyRecipe]) -> NDArray[np.uint8]:
        """Return the images of the recipes in their order: uint8 [N, S, S, 3] RGB.

        An image depends on the weights and its own recipe alone: not on its place, nor on the others.

        Raises:
            InputError: a recipe that this generator cannot follow; see `check`.
        """
        for recipe in recipes:
            self.check(recipe)
        size = self.card.image.size_px
        images = np.empty((len(recipes), size, size, 3), dtype=np.uint8)
        for start in range(0, len(recipes), BATCH_SIZE):
            batch = recipes[start : start + BATCH_SIZE]
            images[start : start + len(batch)] = self._sample_batch(batch)
        return images

    def _sample_batch(self, batch: Sequence[AnyRecipe]) -> NDArray[np.uint8]:
        padded = [*batch, *[batch[0]] * (BATCH_SIZE - len(batch))]
        latent = np.stack([latent_of(recipe, self.card.latent_dim) for recipe in padded])
        mix = np.stack([mix_of(recipe, self.card.classes) for recipe in padded])
        output = self._engine.run({"latent": latent, "mix": mix})["image"][: len(batch)]
        if not np.isfinite(output).all():
            raise ModelError(f"The generator in {self.folder} gives values that are no numbers.", "Train it again.")
        levels = np.clip(np.rint((output + 1) * 127.5), 0, 255).astype(np.uint8)
        return levels.transpose(0, 2, 3, 1)
