from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from lesionlab.core.imaging import Pixels
from lesionlab.core.seeds import MAX_SEED
from lesionlab.inference.recipe import Recipe
from lesionlab.web.config import WebConfig
from lesionlab.web.models_in_use import ModelsInUse
from lesionlab.web.synthetic_images import SyntheticImages


class CountingModels(ModelsInUse):
    def __init__(self, config: WebConfig) -> None:
        super().__init__(config)
        self.asked: list[int] = []

    def sample(self, recipes: Sequence[Recipe]) -> Pixels:
        self.asked.append(len(recipes))
        return super().sample(recipes)


@pytest.fixture
def models(config: WebConfig) -> CountingModels:
    return CountingModels(config)


def test_neighbours_come_with_the_first_image(models: CountingModels) -> None:
    images = SyntheticImages(models)
    for seed in range(7, 23):
        images.get([Recipe(seed, "nv")])
    assert models.asked == [16]


def test_remembered_images_are_the_images(models: CountingModels) -> None:
    images = SyntheticImages(models)
    images.get([Recipe(1, "nv")])
    [remembered] = images.get([Recipe(5, "nv")])
    assert np.array_equal(remembered, ModelsInUse(models.config).sample([Recipe(5, "nv")])[0])


def test_order_and_repetition_are_kept(models: CountingModels) -> None:
    one, two, one_again = SyntheticImages(models).get([Recipe(2, "df"), Recipe(1, "mel"), Recipe(2, "df")])
    assert np.array_equal(one, one_again)
    assert not np.array_equal(one, two)


def test_the_last_seed_has_no_neighbours_beyond(models: CountingModels) -> None:
    assert len(SyntheticImages(models).get([Recipe(MAX_SEED, "nv")])) == 1
    assert models.asked == [1]


def test_many_callers_share_one_pass(models: CountingModels) -> None:
    images = SyntheticImages(models)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda seed: images.get([Recipe(seed, "bcc")]), [3, 4, 5, 6, 7, 8, 9, 10]))
    assert sum(models.asked) <= 32


def test_memory_is_bounded(models: CountingModels, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lesionlab.web.synthetic_images._REMEMBERED", 20)
    images = SyntheticImages(models)
    images.get([Recipe(seed, "nv") for seed in range(64)])
    assert len(images._kept) == 20
