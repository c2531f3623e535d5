from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.errors import InputError, ModelError
from lesionlab.core.seeds import MAX_SEED, latents
from lesionlab.inference.recipe import AnyRecipe, Between, KeptLatent, Recipe
from lesionlab.inference.sampler import Sampler

RECIPES = [Recipe(seed, HAM10000_CODES[seed % 7]) for seed in range(50)]


@pytest.fixture
def sampler(make_generator) -> Sampler:
    return Sampler(make_generator())


def test_image_is_the_closed_form_of_seed_and_class(sampler, image_formula):
    images = sampler.sample([Recipe(7, "akiec"), Recipe(7, "vasc"), Recipe(8, "vasc")])
    assert images.dtype == np.uint8
    assert images.shape == (3, 8, 8, 3)
    for image, (seed, label) in zip(images, [(7, 0), (7, 6), (8, 6)], strict=True):
        assert np.abs(image - image_formula(seed, label)).max() <= 0.51


@pytest.mark.parametrize("together", [1, 3, 8, 16, 17])
def test_batch_size_changes_no_byte(sampler, together):
    whole = sampler.sample(RECIPES)
    parts = [sampler.sample(RECIPES[i : i + together]) for i in range(0, len(RECIPES), together)]
    assert np.concatenate(parts).tobytes() == whole.tobytes()


def test_order_changes_no_byte(sampler):
    forwards, backwards = sampler.sample(RECIPES), sampler.sample(RECIPES[::-1])
    assert backwards[::-1].tobytes() == forwards.tobytes()


def test_padding_never_leaks(sampler):
    assert sampler.sample(RECIPES[:1]).shape[0] == 1
    assert sampler.sample(RECIPES[:17]).shape[0] == 17
    assert sampler.sample([]).shape == (0, 8, 8, 3)


def test_two_loads_give_the_same_bytes(make_generator):
    folder = make_generator()
    assert Sampler(folder).sample(RECIPES).tobytes() == Sampler(folder).sample(RECIPES).tobytes()


def test_threads_get_what_they_asked_for(sampler):
    expected = sampler.sample(RECIPES)
    wrong: list[int] = []

    def ask(offset: int) -> None:
        for turn in range(20):
            i = (offset + turn) % len(RECIPES)
            if sampler.sample(RECIPES[i : i + 3]).tobytes() != expected[i : i + 3].tobytes():
                wrong.append(i)

    threads = [threading.Thread(target=ask, args=(offset,)) for offset in range(0, 48, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_unknown_diagnosis_names_the_nearest(sampler):
    with pytest.raises(InputError, match="Unknown diagnosis 'mell'") as caught:
        sampler.sample([Recipe(0, "mell")])
    assert caught.value.cure == "Did you mean 'mel'?"


@pytest.mark.parametrize("seed", [-1, MAX_SEED + 1, 10**30])
def test_seed_out_of_range_is_refused(sampler, seed):
    with pytest.raises(InputError, match="outside"):
        sampler.sample([Recipe(0, "nv"), Recipe(seed, "nv")])


def test_largest_seed_is_taken(sampler):
    assert sampler.sample([Recipe(MAX_SEED, "nv")]).shape == (1, 8, 8, 3)


def test_truncated_model_is_refused_by_its_hash(make_generator):
    folder = make_generator()
    whole = (folder / "model.onnx").read_bytes()
    (folder / "model.onnx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match="SHA-256") as caught:
        Sampler(folder)
    assert "cut or changed" in caught.value.cure


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"weights_sha256": "0" * 64}, "SHA-256"),
        ({"card_version": 99}, "version 99"),
        ({"latent_dim": 31}, r"'latent' .* \[16, 32\], its card says float32 \[any, 31\]"),
        ({"kind": "classifier"}, "is a classifier, not a generator"),
        ({"classes": ("nv", "nv")}, "repeated"),
        ({"classes": ("../nv",)}, "no plain names"),
        ({"classes": ()}, "empty"),
    ],
)
def test_card_that_does_not_fit_is_refused(make_generator, change, told):
    folder = make_generator(**change)
    with pytest.raises(ModelError, match=told):
        Sampler(folder)


def test_classifier_graph_with_a_generator_card_is_refused(make_generator, make_classifier):
    generator, classifier = make_generator(), make_classifier()
    (generator / "model.onnx").write_bytes((classifier / "model.onnx").read_bytes())
    card = (generator / "card.json").read_text()
    other = (classifier / "card.json").read_text()
    (generator / "card.json").write_text(card.replace(_hash(card), _hash(other)))
    with pytest.raises(ModelError, match="has no 'latent'; it has image"):
        Sampler(generator)


def _hash(card: str) -> str:
    return card.split('"weights_sha256": "')[1][:64]


MIXED = [
    Recipe(1, "nv", 1.5),
    Between(Recipe(1, "nv"), Recipe(2, "mel"), 0.25),
    KeptLatent(tuple(latents([3], 32)[0].tolist()), "df"),
    *RECIPES[:20],
    Between(KeptLatent(tuple(latents([3], 32)[0].tolist()), "df"), Recipe(4, "df", 0.5), 2 / 3),
]


def test_kept_latents_and_the_ends_of_a_way_are_the_images_of_their_seeds(sampler):
    kept = KeptLatent(tuple(latents([3], 32)[0].tolist()), "df")
    way = [Between(Recipe(3, "df"), Recipe(5, "mel"), position) for position in (0.0, 1.0)]
    made = sampler.sample([Recipe(3, "df"), kept, way[0], Recipe(5, "mel"), way[1]])
    assert made[0].tobytes() == made[1].tobytes() == made[2].tobytes()
    assert made[3].tobytes() == made[4].tobytes()


def test_between_two_diagnoses_of_one_seed_lies_the_mean_of_their_levels(sampler):
    nv, mel = Recipe(3, "nv"), Recipe(3, "mel")
    ends = sampler.sample([nv, mel]).astype(float)
    middle = sampler.sample([Between(nv, mel, 0.5)]).astype(float)[0]
    inside = ((ends > 0) & (ends < 255)).all(axis=0)  # the tiny generator is linear where it does not clip
    np.testing.assert_allclose(middle[inside], ends.mean(axis=0)[inside], atol=1.01)


@pytest.mark.parametrize("together", [1, 5, 16])
def test_batch_size_changes_no_byte_of_any_kind_of_recipe(sampler, together):
    whole = sampler.sample(MIXED)
    parts = [sampler.sample(MIXED[i : i + together]) for i in range(0, len(MIXED), together)]
    assert np.concatenate(parts).tobytes() == whole.tobytes()


def _of_every_kind(sampler: Sampler) -> list[AnyRecipe]:
    kept = KeptLatent(tuple(latents([3], sampler.card.latent_dim)[0].tolist()), "df")
    between = [Between(kept, Recipe(9, "mel", 1.5), step / 7) for step in range(8)]
    return [kept, Recipe(1, "nv", 0.7), *between, *(Recipe(seed, HAM10000_CODES[seed % 7]) for seed in range(23))]


@pytest.fixture(scope="module")
def painted(tiny_generator) -> tuple[list[AnyRecipe], np.ndarray]:
    """Recipes of every kind, more than two batches, and their images by a trained generator, each made alone."""
    sampler = Sampler(tiny_generator, threads=1)
    recipes = _of_every_kind(sampler)
    return recipes, np.concatenate([sampler.sample([recipe]) for recipe in recipes])


WORKERS = [{"threads": 1}, {"threads": 2}, {"threads": 5}, {}, {"streams": 2}, {"streams": 5}]


@pytest.mark.parametrize("workers", WORKERS)
def test_neither_batch_nor_threads_nor_streams_change_a_byte(tiny_generator, painted, workers):
    recipes, alone = painted
    sampler = Sampler(tiny_generator, **workers)
    for together in (1, 7, 33):
        parts = [recipes[i : i + together] for i in range(0, len(recipes), together)]
        with ThreadPoolExecutor(workers.get("streams", 1)) as pool:
            assert np.concatenate(list(pool.map(sampler.sample, parts))).tobytes() == alone.tobytes()


def test_what_else_is_in_the_batch_changes_no_byte(tiny_generator, painted):
    recipes, alone = painted
    sampler = Sampler(tiny_generator, threads=1)
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(recipes))
        shuffled = sampler.sample([recipes[i] for i in order])
        assert shuffled.tobytes() == alone[order].tobytes()


@pytest.mark.parametrize(
    ("recipe", "told"),
    [
        (KeptLatent((0.0,) * 31, "nv"), "31 values; model tiny generator takes 32"),
        (Recipe(0, "nv", 0.0), "Truncation 0 is outside"),
        (Between(Recipe(0, "nv"), Recipe(0, "mell"), 0.5), "Unknown diagnosis 'mell'"),
        (Between(Recipe(0, "nv"), Recipe(-1, "mel"), 0.5), "Seed -1"),
        (Between(Recipe(0, "nv"), Recipe(1, "mel"), 1.5), "Position 1.5"),
    ],
)
def test_a_recipe_that_cannot_be_followed_is_refused(sampler, recipe, told):
    with pytest.raises(InputError, match=told):
        sampler.sample([recipe])
