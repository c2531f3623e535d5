from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from lesionlab.core import flat_rgb as module
from lesionlab.core.flat_rgb import flat_rgb

RANDOM = np.random.default_rng(0)
NOISE = RANDOM.integers(0, 256, (23, 31, 4), np.uint8)


def picture(mode: str) -> Image.Image:
    if mode == "I;16":
        return Image.fromarray(RANDOM.integers(0, 65536, (23, 31), np.uint16))
    if mode == "I":
        return Image.fromarray(RANDOM.integers(0, 65536, (23, 31), np.int32))
    if mode == "F":
        return Image.fromarray(RANDOM.uniform(-20, 300, (23, 31)).astype(np.float32))
    if mode == "P with one clear colour":
        image = Image.fromarray(NOISE).convert("RGB").quantize(16)
        image.info["transparency"] = 3
        return image
    return Image.fromarray(NOISE).convert("RGB" if mode == "CMYK" else mode).convert(mode)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "RGB", "RGBA", "CMYK", "I", "I;16", "F", "P with one clear colour"])
def test_bands_give_what_the_whole_gives(mode: str, monkeypatch: pytest.MonkeyPatch):
    image = picture(mode)
    whole = flat_rgb(image)
    assert whole.shape == (23, 31, 3)
    assert whole.dtype == np.uint8
    assert whole.std() > 10
    monkeypatch.setattr(module, "PIXELS_AT_ONCE", 5 * 31)
    assert np.array_equal(flat_rgb(image), whole)


def test_white_is_the_same_in_all_bands(monkeypatch: pytest.MonkeyPatch):
    values = np.full((4, 8), 200, np.int32)
    values[3, 7] = 65535
    monkeypatch.setattr(module, "PIXELS_AT_ONCE", 8)
    pixels = flat_rgb(Image.fromarray(values))
    assert pixels[0, 0].tolist() == [0, 0, 0]
    assert pixels[3, 7].tolist() == [255, 255, 255]


def test_what_is_no_number_is_black():
    values = np.array([[np.nan, 128.0, np.inf, -np.inf]], np.float32)
    assert flat_rgb(Image.fromarray(values))[0, :, 0].tolist() == [0, 128, 255, 0]
