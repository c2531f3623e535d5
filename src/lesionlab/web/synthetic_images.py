"""Synthetic images by recipe, remembered for the grid that asks for them one by one."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

from flask import current_app

from lesionlab.core.imaging import Pixels
from lesionlab.core.seeds import MAX_SEED
from lesionlab.inference.recipe import Recipe
from lesionlab.web.batching import CAPACITY, MicroBatcher
from lesionlab.web.client import client_gone
from lesionlab.web.models_in_use import ModelsInUse

_EXTENSION = "lesionlab.synthetic_images"
_REMEMBERED = 512  # images: 6 MiB at 64 px, 25 MiB at 128 px
_TOGETHER = 16  # the generator always runs this many at once, so neighbours cost nothing
SHARED = 4 * _TOGETHER  # images of one turn: no caller waits for many others

Key = tuple[str, Recipe]


class SyntheticImages:
    """Images of recipes by the model in use; the latest are kept in memory, and many callers share a pass."""

    def __init__(self, models: ModelsInUse) -> None:
        self._models = models
        self._kept: OrderedDict[Key, Pixels] = OrderedDict()
        self._lock = threading.Lock()
        self.queue: MicroBatcher[Recipe, Pixels] = MicroBatcher(self._make, most=SHARED, capacity=CAPACITY)

    def get(self, recipes: Sequence[Recipe]) -> list[Pixels]:
        """Return the image of each recipe: uint8 [S, S, 3] each.

        Raises:
            BusyError, GoneError: see `MicroBatcher.ask`.
            ModelError: the generator is missing or damaged.
        """
        model = self._models.card("generator").weights_sha256
        found = {recipe: self._recall((model, recipe)) for recipe in recipes}
        missing = [recipe for recipe, pixels in found.items() if pixels is None]
        if missing:
            found.update(zip(missing, self.queue.ask(missing, gone=client_gone()), strict=True))
        return [pixels for recipe in recipes if (pixels := found[recipe]) is not None]

    def _make(self, recipes: list[Recipe]) -> list[Pixels]:
        model = self._models.card("generator").weights_sha256
        found = {recipe: self._recall((model, recipe)) for recipe in recipes}  # some were made meanwhile
        missing = [recipe for recipe, pixels in found.items() if pixels is None]
        if missing:
            wanted = missing + self._neighbours(missing, model)
            for recipe, pixels in zip(wanted, self._models.sample(wanted), strict=True):
                found[recipe] = pixels
                self._keep((model, recipe), pixels)
        return [pixels for recipe in recipes if (pixels := found[recipe]) is not None]

    def _neighbours(self, recipes: list[Recipe], model: str) -> list[Recipe]:
        spare = -len(recipes) % _TOGETHER
        last = recipes[-1]
        following = (replace(last, seed=last.seed + i) for i in range(1, spare + 1) if last.seed + i <= MAX_SEED)
        with self._lock:
            return [recipe for recipe in following if recipe not in recipes and (model, recipe) not in self._kept]

    def _recall(self, key: Key) -> Pixels | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: Key, pixels: Pixels) -> None:
        with self._lock:
            self._kept[key] = pixels
            while len(self._kept) > _REMEMBERED:
                self._kept.popitem(last=False)


def use_synthetic_images(app_extensions: dict[str, object], models: ModelsInUse) -> None:
    """Put an empty memory of synthetic images into an app's extensions."""
    app_extensions[_EXTENSION] = SyntheticImages(models)


def images_in_memory() -> SyntheticImages:
    """Return the memory of synthetic images of the app that handles the current request."""
    images = current_app.extensions[_EXTENSION]
    assert isinstance(images, SyntheticImages)
    return images


def synthetic_images(recipes: Sequence[Recipe]) -> list[Pixels]:
    """Return the images of these recipes by the generator in use: uint8 [S, S, 3] each."""
    return images_in_memory().get(recipes)
