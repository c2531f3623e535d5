import numpy as np
import pytest
from PIL import Image, ImageFilter

from lesionlab.data.procedural import procedural_lesion
from lesionlab.inference.quality_words import WORDS, remarks, spot_share
from lesionlab.records.scope import QualityLimits

LIMITS = QualityLimits(0.4, 0.3, 0.85, 0.02, 0.05, 0.015)


@pytest.fixture(scope="module")
def lesion() -> np.ndarray:
    return procedural_lesion("nv", 4, 160)


def _codes(pixels: np.ndarray) -> list[str]:
    return [remark.code for remark in remarks(pixels, LIMITS)]


def _blurred(pixels: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(5)))


def _framed(pixels: np.ndarray) -> np.ndarray:
    framed = pixels.copy()
    framed[:, :24] = framed[:, -24:] = 0
    return framed


def _from_afar(pixels: np.ndarray) -> np.ndarray:
    far = np.full((160, 160, 3), pixels[0, 0], np.uint8)
    far[70:84, 70:84] = np.asarray(Image.fromarray(pixels).resize((14, 14)))
    return far


def test_a_good_picture_gets_no_words(lesion):
    assert remarks(lesion, LIMITS) == ()


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda pixels: pixels // 5, "dark"),
        (lambda pixels: 255 - (255 - pixels) // 8, "overexposed"),
        (_framed, "framed"),
        (_blurred, "blurred"),
        (_from_afar, "from_afar"),
    ],
)
def test_what_is_spoilt_gets_its_own_words(lesion, spoil, code):
    found = {remark.code: remark.words for remark in remarks(spoil(lesion), LIMITS)}
    assert found[code] == WORDS[code]


def test_a_tiny_picture_is_told_by_its_size_alone(lesion):
    (remark,) = remarks(lesion[:40, :100] // 9, LIMITS)
    assert remark.code == "tiny"
    assert "100 x 40 pixels" in remark.words


def test_the_share_of_a_spot_is_its_area():
    pixels = np.full((64, 64, 3), 200, np.uint8)
    pixels[10:26, 20:36] = 90
    assert spot_share(pixels) == pytest.approx(16 * 16 / 64**2)
