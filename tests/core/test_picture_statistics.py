import numpy as np
import pytest
from PIL import Image

from lesionlab.core.picture_statistics import STATISTICS, picture_statistics

ROUGHNESS = slice(18, 27)  # lightness, red minus green, green minus blue; each at three scales


def _picture(seed: int, size: int = 64) -> np.ndarray:
    coarse = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((size, size), Image.Resampling.BICUBIC))


def test_a_flat_picture_has_its_colour_and_nothing_else():
    flat = np.broadcast_to(np.array((200, 100, 50), np.uint8), (64, 64, 3))
    (found,) = picture_statistics([flat])
    lightness = (0.299 * 200 + 0.587 * 100 + 0.114 * 50) / 255
    assert found[[0, 6, 12]] == pytest.approx([lightness, 100 / 255, 50 / 255], abs=1e-5)
    assert found[[1, 3, 7, 9, 13, 15]] == pytest.approx(np.log(0.01), abs=1e-3)
    assert found[[2, 8, 14]] == pytest.approx(0, abs=1e-5)
    assert found[ROUGHNESS] == pytest.approx(np.log(0.003), abs=1e-3)
    assert found[27:] == pytest.approx(np.log(1e-5), abs=1e-2)


def test_turning_and_mirroring_change_no_number():
    picture = _picture(1)
    found = picture_statistics([picture, np.rot90(picture), picture[:, ::-1]])
    assert found.shape == (3, STATISTICS)
    assert found[1:] == pytest.approx(np.broadcast_to(found[0], (2, STATISTICS)), abs=2e-3)


def test_its_own_size_says_little_and_its_detail_much():
    small, large = picture_statistics([_picture(2, 128), _picture(2, 512)])
    assert large == pytest.approx(small, abs=0.05)
    rough, smooth = picture_statistics([_picture(2), _picture(2) // 8 + 100])
    assert (rough[ROUGHNESS] > smooth[ROUGHNESS]).all()


def test_what_lies_in_the_middle_is_told_from_the_rim():
    dark_middle = np.full((64, 64, 3), 200, np.uint8)
    dark_middle[16:48, 16:48] = 50
    dark_rim = 250 - dark_middle
    inside, outside = picture_statistics([dark_middle, dark_rim])[:, 2]
    assert inside < -0.2 < 0.2 < outside


def test_many_pictures_are_seen_as_each_alone():
    pictures = [_picture(seed) for seed in range(5)] * 110
    found = picture_statistics(pictures)
    assert found.shape == (550, STATISTICS)
    assert found[:5] == pytest.approx(found[545:], abs=1e-6)
