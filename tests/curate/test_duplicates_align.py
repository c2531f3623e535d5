from __future__ import annotations

import numpy as np
import pytest
from changed_pictures import photographed_again, textured
from PIL import Image

from lesionlab.core.imaging import square
from lesionlab.curate.duplicates import Pair
from lesionlab.curate.duplicates_align import Alignment, laid_on, shifted, turn_and_scale, untouched
from lesionlab.curate.duplicates_judge import agreement
from lesionlab.curate.duplicates_pictures import Pictures
from lesionlab.curate.duplicates_views import describe
from lesionlab.curate.pairs_sheet import laid

ONE = np.array([[0, 1]])


def alignment(degrees: float, scale: float, down: float, right: float, mirrored: bool = False) -> Alignment:
    values = [np.array([value], np.float32) for value in (degrees, scale, down, right)]
    return Alignment(*values, np.array([mirrored]))


@pytest.mark.parametrize("degrees", [-33, 0, 20])
@pytest.mark.parametrize("scale", [0.8, 1.0, 1.25])
def test_turn_scale_and_shift_are_found_again(degrees: float, scale: float):
    one, again = (square(each, 64) for each in (textured(4), photographed_again(textured(4), degrees, scale, (5, 3))))
    pictures = Pictures([one, again])
    views = describe(pictures.run, 2)
    likeness, found = turn_and_scale(views, ONE)
    assert likeness[0] > 0.5
    assert abs(found.degrees[0]) == pytest.approx(abs(degrees), abs=3)
    assert found.scale[0] == pytest.approx(1 / scale, rel=0.06)
    value, moved = shifted(views, ONE, found)
    assert value[0] > 0.3
    assert agreement(one[None], again[None], moved)[0] > agreement(one[None], again[None], untouched(1))[0]


def test_nothing_done_changes_nothing():
    picture = square(textured(1), 64).astype(np.float32)[None, :, :, 0]
    assert np.allclose(laid_on(picture, untouched(1))[0], picture, atol=1e-3)


@pytest.mark.parametrize(
    "how", [(0, 1.0, 4, -3, False), (90, 1.0, 0, 0, False), (17, 1.2, -2.5, 6, False), (-40, 0.8, 3, 1, True)]
)
def test_the_sheet_lays_pictures_as_the_comparison_does(how):
    degrees, scale, down, right, mirrored = how
    picture = square(textured(2), 64)
    ours, inside = laid_on(picture.astype(np.float32)[None, :, :, 0], alignment(degrees, scale, down, right, mirrored))
    pair = Pair(0, 1, "near", 0.5, 9, degrees, scale, down, right, mirrored)
    drawn = np.asarray(laid(Image.fromarray(picture), pair), np.float32)[:, :, 0]
    core = inside[0] & (np.abs(np.mgrid[:64, :64] - 31.5).max(axis=0) < 26)
    assert np.abs(ours[0] - drawn)[core].mean() < 3


def test_agreement_is_one_for_the_same_and_low_for_another():
    one, other = (square(textured(seed), 64)[None] for seed in (1, 2))
    assert agreement(one, one, untouched(1))[0] > 0.9
    assert abs(agreement(one, other, untouched(1))[0]) < 0.1


def test_agreement_falls_with_distance_from_the_place():
    one = square(textured(6), 64)[None]
    falling = [agreement(one, one, alignment(0, 1, shift, 0))[0] for shift in (0, 1, 2, 4)]
    assert falling == sorted(falling, reverse=True)


def test_dark_ovals_with_one_outline_agree_little():
    rows, columns = np.mgrid[:64, :64] - 31.5
    oval = np.hypot(rows, columns / 1.4) < 14
    draw = np.random.default_rng(0)
    skins = [np.where(oval[:, :, None], 30, 200) + draw.normal(0, 4, (64, 64, 1)) for _ in range(2)]
    pictures = [np.repeat(np.clip(skin, 0, 255), 3, axis=2).astype(np.uint8)[None] for skin in skins]
    assert agreement(*pictures, untouched(1))[0] < 0.2
