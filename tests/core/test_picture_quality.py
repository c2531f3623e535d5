from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from lesionlab.core.imaging import read
from lesionlab.core.picture_quality import border_mask, picture_quality
from lesionlab.data.procedural import procedural_lesion


@pytest.fixture(scope="module")
def lesions() -> list[np.ndarray]:
    noise = np.random.default_rng(0)
    clean = [procedural_lesion(code, seed, 160) for seed, code in enumerate(("nv", "mel", "bcc", "bkl"))]
    return [np.clip(each + noise.normal(0, 4, each.shape), 0, 255).astype(np.uint8) for each in clean]


def changed(pixels: np.ndarray, factor: float) -> np.ndarray:
    return np.clip(pixels * factor, 0, 255).astype(np.uint8)


def test_the_more_blurred_the_less_sharp(lesions):
    for lesion in lesions:
        image = Image.fromarray(lesion)
        scores = [
            picture_quality(np.asarray(image.filter(ImageFilter.GaussianBlur(r))))["sharpness"] for r in (0, 0.7, 1, 2)
        ]
        assert scores == sorted(scores, reverse=True)
        assert scores[0] > 1.2 * scores[-1]


def test_contrast_and_exposure_hardly_touch_sharpness(lesions):
    for lesion in lesions:
        scores = [picture_quality(changed(lesion, factor))["sharpness"] for factor in (0.7, 1.0)]
        assert scores[0] == pytest.approx(scores[1], rel=0.1)


def test_brightness_and_clipping_follow_exposure(lesions):
    for lesion in lesions:
        dark, plain, bright = (picture_quality(changed(lesion, factor)) for factor in (0.6, 1.0, 3.0))
        assert dark["brightness"] < plain["brightness"] < bright["brightness"]
        assert plain["clipped"] <= bright["clipped"]
        assert bright["clipped"] > 0.05


def test_a_round_field_is_seen_and_a_dark_lesion_in_the_middle_is_not():
    grey = np.full((100, 100), 0.6, np.float32)
    rows, columns = np.mgrid[:100, :100] - 49.5
    radius = np.hypot(rows, columns)
    grey[radius < 20] = 0.05
    assert not border_mask(grey).any()
    grey[radius > 48] = 0.02
    outside = (radius > 48).mean()
    assert border_mask(grey).mean() == pytest.approx(outside, abs=0.01)
    pixels = np.repeat((grey * 255).astype(np.uint8)[:, :, None], 3, axis=2)
    assert picture_quality(pixels)["black_border"] == pytest.approx(outside, abs=0.02)


def test_the_border_does_not_darken_the_brightness(lesions):
    framed = np.zeros((240, 240, 3), np.uint8)
    framed[40:200, 40:200] = lesions[0]
    plain, inside = picture_quality(lesions[0]), picture_quality(framed)
    assert inside["brightness"] == pytest.approx(plain["brightness"], abs=0.05)
    assert inside["black_border"] > 0.5


def test_drawn_hairs_are_strokes(lesions):
    for lesion in lesions:
        image = Image.fromarray(lesion)
        pen = ImageDraw.Draw(image)
        for step in range(10):
            pen.line((16 * step, 0, 150 - 8 * step, 159), fill=(40, 25, 15), width=2)
        assert picture_quality(np.asarray(image))["strokes"] > picture_quality(lesion)["strokes"] + 0.05


@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (128, 128), (9, 2000), (450, 600)])
def test_any_shape_has_scores_between_nought_and_one(shape: tuple[int, int]):
    for value in (0, 128, 255):
        scores = picture_quality(np.full((*shape, 3), value, np.uint8))
        assert all(0 <= score <= 1 for score in scores.values()), scores


def test_size_hardly_matters():
    large = Image.fromarray(procedural_lesion("mel", 3, 256))
    scores = [picture_quality(np.asarray(large.resize((side, side)))) for side in (160, 256)]
    for name in ("brightness", "black_border", "clipped"):
        assert scores[0][name] == pytest.approx(scores[1][name], abs=0.02)


@pytest.mark.data
def test_real_photographs_get_worse_when_blurred(test_data):
    files = sorted((test_data / "ham10000").rglob("ISIC_*.jpg"))[::500]
    for path in files:
        pixels = read(path)
        blurred = np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(2)))
        assert picture_quality(blurred)["sharpness"] < picture_quality(pixels)["sharpness"]
