from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from lesionlab.core.imaging import Pixels
from lesionlab.inference.gallery import SeedGallery, rms
from lesionlab.inference.recipe import KeptLatent, Recipe
from lesionlab.inference.sampler import Sampler
from lesionlab.models.exported_generator import ExportedGenerator
from lesionlab.records.card import WEIGHTS_NAME
from lesionlab.training import projection
from lesionlab.training.projection import Projection, project

PLANTED = Recipe(987_654, "bcc")
STEPS = 80


@pytest.fixture(scope="module")
def sampler(tiny_generator: Path) -> Sampler:
    return Sampler(tiny_generator, threads=1)


@pytest.fixture(scope="module")
def gallery(sampler: Sampler) -> SeedGallery:
    return SeedGallery(sampler, ("bcc", "nv"), 30)


def search(sampler: Sampler, gallery: SeedGallery, pixels: Pixels, steps: int = STEPS) -> Projection:
    generator = ExportedGenerator(sampler.folder / WEIGHTS_NAME)
    starts = gallery.nearest(pixels, 4)
    return project(generator, starts, sampler.card.classes, sampler.card.latent_dim, pixels, steps)


def test_a_planted_latent_s_image_is_found_again(sampler: Sampler, gallery: SeedGallery) -> None:
    pixels = sampler.sample([PLANTED])[0]
    nearest = gallery.errors(pixels).min()
    found = search(sampler, gallery, pixels)
    assert found.error < nearest / 10
    assert found.recipe.diagnosis == PLANTED.diagnosis


def test_the_sampler_makes_the_image_that_was_found(sampler: Sampler, gallery: SeedGallery) -> None:
    pixels = np.full((16, 16, 3), (200, 150, 130), np.uint8)
    found = search(sampler, gallery, pixels)
    assert isinstance(found.recipe, KeptLatent)
    (made,) = sampler.sample([found.recipe])
    assert rms(made, pixels) == pytest.approx(found.error, abs=1 / 255)
    assert rms(made, pixels) < gallery.errors(pixels).min()


def test_the_same_input_gives_the_same_latent_and_the_global_random_state_stays(
    sampler: Sampler, gallery: SeedGallery
) -> None:
    pixels = sampler.sample([PLANTED])[0]
    before = torch.random.get_rng_state()
    first = search(sampler, gallery, pixels, steps=6)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert search(sampler, gallery, pixels, steps=6) == first


def test_the_prior_draws_the_latent_to_where_those_of_seeds_lie(
    sampler: Sampler, gallery: SeedGallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    garish = np.zeros((16, 16, 3), np.uint8)
    garish[::2] = (0, 255, 0)  # nothing that this generator can say
    away = {}
    for weight in (0.0, 10.0):
        monkeypatch.setattr(projection, "PRIOR", weight)
        latent = np.array(search(sampler, gallery, garish, steps=40).recipe.latent)
        away[weight] = abs(np.linalg.norm(latent) / np.sqrt(len(latent)) - 1)
    assert away[10.0] < 0.8 * away[0.0]


def test_progress_tells_an_error_that_never_rises(sampler: Sampler) -> None:
    told: list[tuple[float, float, float]] = []
    pixels = sampler.sample([PLANTED])[0]
    project(
        ExportedGenerator(sampler.folder / WEIGHTS_NAME),
        [Recipe(0, "bcc")],
        sampler.card.classes,
        sampler.card.latent_dim,
        pixels,
        5,
        lambda done, total, **figures: told.append((done, total, figures["error"])),
    )
    assert [done for done, *_ in told] == [0, 1, 2, 3, 4, 5]
    assert told[-1][1] == 5
    errors = [error for *_, error in told]
    assert errors == sorted(errors, reverse=True)
    (start,) = sampler.sample([Recipe(0, "bcc")])
    assert errors[0] == pytest.approx(rms(start, pixels), abs=1 / 255)
