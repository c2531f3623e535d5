from __future__ import annotations

import numpy as np
import pytest

from lesionlab.core.errors import ImageError, InputError
from lesionlab.core.imaging import sheet
from lesionlab.inference import walk as walk_module
from lesionlab.inference.animation import make_walk
from lesionlab.inference.provenance import read_provenance, synthetic_png, synthetic_sheet_png
from lesionlab.inference.recipe import Between, KeptLatent, Recipe
from lesionlab.inference.remaking import could_show, kind_of, make_again, shown_in
from lesionlab.inference.sampler import Sampler
from lesionlab.inference.walk import Walk

RECIPES = [
    Recipe(5, "mel"),
    Recipe(6, "nv", 0.7),
    KeptLatent((0.25,) * 32, "df"),
    Between(Recipe(1, "mel"), Recipe(2, "nv", 1.5), 1 / 3),
    Recipe(7, "vasc"),
]


@pytest.fixture
def sampler(make_generator) -> Sampler:
    return Sampler(make_generator())


def _again(sampler: Sampler, content: bytes) -> tuple[list[np.ndarray], list[np.ndarray]]:
    record = read_provenance(content)
    assert record is not None
    shown = shown_in(content, record)
    return make_again(sampler, record, content, shown), shown


@pytest.mark.parametrize("recipe", RECIPES)
def test_an_image_is_made_again_from_what_it_says(sampler, recipe):
    again, shown = _again(sampler, synthetic_png(sampler.sample([recipe])[0], sampler.card, recipe))
    np.testing.assert_array_equal(again, shown)


@pytest.mark.parametrize("columns", [1, 2, 3, 5])
def test_a_sheet_is_made_again_as_wide_as_it_is(sampler, columns):
    images = list(sampler.sample(RECIPES))
    rows = [images[i : i + columns] for i in range(0, 5, columns)]
    content = synthetic_sheet_png(sheet(rows), sampler.card, RECIPES)
    again, shown = _again(sampler, content)
    np.testing.assert_array_equal(again, shown)
    assert kind_of(read_provenance(content) or {}) == "sheet"


@pytest.mark.parametrize("form", ["WEBP", "GIF"])
@pytest.mark.parametrize("loops", [True, False])
def test_a_walk_is_made_again_frame_by_frame(sampler, form, loops):
    walk = Walk((RECIPES[0], RECIPES[2]), 3, loops, zoom=2)
    content = make_walk(sampler, walk, form)
    again, shown = _again(sampler, content)
    assert len(shown) == walk.frame_count
    np.testing.assert_array_equal(again, shown)


@pytest.mark.parametrize("listed", [0, 5, 2000])
def test_a_sheet_with_room_for_other_than_its_list_is_refused(sampler, listed):
    record = {"recipes": [[n, "nv"] for n in range(listed)]}
    with pytest.raises(InputError, match=f"lists {listed:,} images; the sheet has room for 4"):
        make_again(sampler, record, b"", [np.zeros((22, 22, 3), np.uint8)])


def test_a_sheet_larger_than_any_of_ours_is_refused_before_it_is_made(sampler):
    record = {"recipes": [[n, "nv"] for n in range(1025)]}
    with pytest.raises(InputError, match="lists 1,025 images; the sheet has room for 1,024"):
        make_again(sampler, record, b"", [np.zeros((402, 402, 3), np.uint8)])


def test_a_picture_smaller_than_an_image_has_no_room(sampler):
    with pytest.raises(InputError, match="room for 0"):
        make_again(sampler, {"recipes": [[1, "nv"]]}, b"", [np.zeros((1, 1, 3), np.uint8)])


def test_a_walk_in_a_still_picture_is_refused(sampler):
    walk = Walk((RECIPES[0], RECIPES[1]), 2).plain()
    content = synthetic_png(sampler.sample(RECIPES[:1])[0], sampler.card, RECIPES[0])
    shown = shown_in(content, {"walk": walk})
    assert len(shown) == 1
    with pytest.raises(InputError, match="no animation"):
        make_again(sampler, {"walk": walk}, content, shown)


def test_a_walk_too_large_for_memory_is_refused_before_it_is_made(sampler, monkeypatch):
    monkeypatch.setattr(walk_module, "MAX_PIXELS", 4 * 16**2 - 1)
    monkeypatch.setattr(Sampler, "sample", None)
    walk = Walk((RECIPES[0], RECIPES[1]), 2, zoom=2).plain()
    with pytest.raises(InputError, match="1,024 pixels in all"):
        make_again(sampler, {"walk": walk}, b"GIF89a", [])


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"text"])
@pytest.mark.parametrize("record", [{}, {"walk": 1}, {"recipes": []}])
def test_bytes_that_are_no_image_are_refused_whatever_the_record(content, record):
    with pytest.raises(ImageError):
        shown_in(content, record)


@pytest.mark.parametrize(
    ("height", "width", "could"),
    [
        (64, 64, True),
        (256, 256, True),  # a frame of a walk, four times as large
        (512, 512, True),
        (576, 576, False),
        (64, 128, False),
        (65, 65, False),
        (68, 68, True),  # a sheet of one
        (134, 530, True),  # two rows of eight
        (134, 531, False),
        (2, 2, False),
        (1, 1, False),
    ],
)
def test_sizes_tell_what_could_be_ours(height, width, could):
    assert could_show(height, width, 64) is could
