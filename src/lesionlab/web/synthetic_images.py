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
from lesionlab.web.models_in_use import ModelsInUse, models_in_use

_EXTENSION = "lesionlab.synthetic_images"
_REMEMBERED = 512  # images: 6 MiB at 64 px, 25 MiB at 128 px
_TOGETHER = 16  # the generator always runs this many at once, so neighbours cost nothing

Key = tuple[str, Recipe]


class SyntheticImages:
    """Images of recipes by the model in use; the latest are kept in memory."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, Pixels] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, models: ModelsInUse, recipes: Sequence[Recipe]) -> list[Pixels]:
        """Return the image of each recipe: uint8 [S, S, 3] each."""
        model = models.card("generator").weights_sha256
        with self._lock:  # whoever waits here finds the neighbours made meanwhile
            found = {recipe: self._recall((model, recipe)) for recipe in recipes}
            missing = [recipe for recipe, pixels in found.items() if pixels is None]
            if missing:
                wanted = missing + self._neighbours(missing, model)
                for recipe, pixels in zip(wanted, models.sample(wanted), strict=True):
                    found[recipe] = pixels
                    self._keep((model, recipe), pixels)
        return [pixels for recipe in recipes if (pixels := found[recipe]) is not None]

    def _neighbours(self, recipes: list[Recipe], model: str) -> list[Recipe]:
        spare = -len(recipes) % _TOGETHER
        last = recipes[-1]
        following = (replace(last, seed=last.seed + i) for i in range(1, spare + 1) if last.seed + i <= MAX_SEED)
        return [recipe for recipe in following if recipe not in recipes and (model, recipe) not in self._kept]

    def _recall(self, key: Key) -> Pixels | None:
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def _keep(self, key: Key, pixels: Pixels) -> None:
        self._kept[key] = pixels
        while len(self._kept) > _REMEMBERED:
            self._kept.popitem(last=False)


def use_synthetic_images(app_extensions: dict[str, object]) -> None:
    """Put an empty memory of synthetic images into an app's extensions."""
    app_extensions[_EXTENSION] = SyntheticImages()


def synthetic_images(recipes: Sequence[Recipe]) -> list[Pixels]:
    """Return the images of these recipes by the generator in use: uint8 [S, S, 3] each."""
    images = current_app.extensions[_EXTENSION]
    assert isinstance(images, SyntheticImages)
    return images.get(models_in_use(), recipes)
