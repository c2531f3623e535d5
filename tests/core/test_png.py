from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image

from lesionlab.core.png import encode_png
from lesionlab.data.procedural import procedural_lesion


def _pillow(content: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(content)) as image:
        image.verify()  # every chunk's checksum
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.mode) == ("PNG", "RGB")
        return np.asarray(image)


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (5, 3), (64, 64), (33, 120)])
def test_pillow_reads_back_what_was_written(shape: tuple[int, int]):
    noise = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    for pixels in (noise, np.full_like(noise, 255), noise // 200 * 255):
        np.testing.assert_array_equal(_pillow(encode_png(pixels)), pixels)


def test_pixels_need_not_lie_in_a_row_in_memory():
    pixels = np.random.default_rng(1).integers(0, 256, (6, 9, 3), dtype=np.uint8)
    np.testing.assert_array_equal(_pillow(encode_png(pixels.transpose(1, 0, 2))), pixels.transpose(1, 0, 2))
    np.testing.assert_array_equal(_pillow(encode_png(pixels[::-1, ::2])), pixels[::-1, ::2])


def test_text_comes_back_in_any_script():
    words = {"Notice": "für Forschung", "XML:com.adobe.xmp": "<x/>", "Empty": ""}
    with Image.open(io.BytesIO(encode_png(np.zeros((2, 2, 3), np.uint8), words))) as image:
        assert image.text == words  # type: ignore[attr-defined]


def test_the_same_input_gives_the_same_bytes():
    pixels = procedural_lesion("mel", 3, 32)
    assert encode_png(pixels, {"a": "b"}) == encode_png(pixels.copy(), {"a": "b"})


def test_a_picture_of_a_lesion_takes_little_more_than_from_a_full_search():
    pixels = procedural_lesion("mel", 3, 64)
    searched = io.BytesIO()
    Image.fromarray(pixels).save(searched, "PNG")
    assert len(encode_png(pixels)) < 1.25 * searched.tell()
    assert len(encode_png(pixels)) < 0.8 * pixels.nbytes


def test_chunks_stand_in_the_order_that_the_standard_asks_for():
    content = encode_png(np.zeros((2, 2, 3), np.uint8), {"a": "b"})
    kinds, at = [], 8
    while at < len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        kinds.append(content[at + 4 : at + 8])
        at += 12 + length
    assert kinds == [b"IHDR", b"iTXt", b"IDAT", b"IEND"]
