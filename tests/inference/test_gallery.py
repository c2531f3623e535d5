from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lesionlab.core.errors import InputError
from lesionlab.inference.gallery import SeedGallery, rms
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sampler import Sampler


@pytest.fixture
def sampler(tiny_generator: Path) -> Sampler:
    return Sampler(tiny_generator, threads=1)


def test_the_error_is_the_root_mean_square_as_a_share_of_white() -> None:
    black = np.zeros((2, 2, 3), np.uint8)
    grey = black.copy()
    grey[0, 0] = 102  # a quarter of the values, 0.4 off
    assert rms(grey, black) == pytest.approx(0.2)
    assert rms(black, grey) == rms(grey, black)
    assert rms(np.full((2, 2, 3), 255.0), black) == 1


def test_an_image_of_the_gallery_finds_its_own_recipe_first(sampler: Sampler) -> None:
    told: list[tuple[float, float]] = []
    gallery = SeedGallery(sampler, ("mel", "nv"), 20, lambda done, total, **_: told.append((done, total)))
    wanted = Recipe(17, "nv")
    pixels = sampler.sample([wanted])[0]
    nearest = gallery.nearest(pixels, 3)
    assert nearest[0] == wanted
    assert sorted(recipe.diagnosis for recipe in nearest) == ["mel"] * 3 + ["nv"] * 3
    errors = gallery.errors(pixels)
    assert errors.min() == errors[gallery.recipes.index(wanted)] == 0
    ranks = [errors[gallery.recipes.index(recipe)] for recipe in nearest]
    assert ranks == sorted(ranks)
    assert told[-1] == (40, 40)


def test_the_mean_image_is_that_of_all(sampler: Sampler) -> None:
    gallery = SeedGallery(sampler, ("df",), 5)
    images = sampler.sample([Recipe(seed, "df") for seed in range(5)])
    np.testing.assert_allclose(gallery.mean, images.astype(float).mean(axis=0))


def test_an_unknown_diagnosis_is_refused(sampler: Sampler) -> None:
    with pytest.raises(InputError, match="Unknown diagnosis 'xyz'"):
        SeedGallery(sampler, ("xyz",), 2)
