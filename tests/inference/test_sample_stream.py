from __future__ import annotations

import threading

import numpy as np
import pytest
from brightness_filter import Brightness, brightness

from lesionlab.core.imaging import decode
from lesionlab.core.in_order import AHEAD
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sample_stream import make_images
from lesionlab.inference.sampler import BATCH_SIZE, Sampler


def recipes(count: int) -> list[Recipe]:
    return [Recipe(seed, ("mel", "nv", "df")[seed % 3]) for seed in range(count)]


def test_images_come_in_order_and_are_those_of_their_recipes(make_generator):
    sampler, asked = Sampler(make_generator(), streams=3), recipes(100)
    made = list(make_images(sampler, [], asked, workers=3))
    assert [each.recipe for each in made] == asked
    np.testing.assert_array_equal(np.stack([decode(each.content) for each in made]), sampler.sample(asked))


@pytest.mark.parametrize("workers", [1, 4])
def test_few_recipes_are_drawn_ahead_and_in_one_thread(make_generator, workers):
    drawn, threads = [], set()

    def endless():
        for seed in range(10**9):
            drawn.append(seed)
            threads.add(threading.get_ident())
            yield Recipe(seed, "mel")

    images = make_images(Sampler(make_generator()), [], endless(), workers)
    for _ in range(200):
        next(images)
    images.close()
    assert len(drawn) <= 200 + BATCH_SIZE * (AHEAD * workers + 1)
    assert threads == {threading.get_ident()}


def test_what_a_filter_withholds_is_not_encoded_and_not_shown_to_the_next(make_generator):
    sampler, asked = Sampler(make_generator()), recipes(64)
    levels = brightness(sampler.sample(asked)).round(6)
    first, second = Brightness(float(np.quantile(levels, 0.4))), Brightness(float(np.quantile(levels, 0.7)), "novelty")
    made = list(make_images(sampler, [first, second], asked, workers=2))
    kept = levels >= second.limit
    assert [each.withheld for each in made] == [
        "agreement" if level < first.limit else "" if keep else "novelty"
        for level, keep in zip(levels, kept, strict=True)
    ]
    assert [bool(each.content) for each in made] == kept.tolist()
    assert sum(first.seen) == 64
    assert sum(second.seen) == np.sum(levels >= first.limit)
    np.testing.assert_allclose([each.scores["agreement"] for each in made], levels)
    assert ["novelty" in each.scores for each in made] == (levels >= first.limit).tolist()


def test_a_score_that_is_no_number_withholds(make_generator):
    judge = Brightness(0.0)
    judge.scores = lambda images, diagnoses: np.full(len(images), np.nan)  # type: ignore[method-assign]
    assert {each.withheld for each in make_images(Sampler(make_generator()), [judge], recipes(5), 1)} == {"agreement"}


def test_an_error_in_a_worker_comes_out(make_generator):
    with pytest.raises(Exception, match="Unknown diagnosis"):
        list(make_images(Sampler(make_generator()), [], [*recipes(40), Recipe(0, "none")], 2))
