from __future__ import annotations

import io

import numpy as np
from PIL import Image

from lesionlab.core.png import encode_png
from lesionlab.core.synthetic_mark import DIGITAL_SOURCE_TYPE, says_synthetic

PIXELS = np.zeros((4, 4, 3), np.uint8)


def test_a_mark_is_found_in_every_format_that_carries_xmp() -> None:
    xmp = f"<rdf:Description><DigitalSourceType>{DIGITAL_SOURCE_TYPE}</DigitalSourceType></rdf:Description>"
    assert says_synthetic(encode_png(PIXELS, {"XML:com.adobe.xmp": xmp}))
    for suffix in ("JPEG", "WEBP"):
        buffer = io.BytesIO()
        Image.fromarray(PIXELS).save(buffer, suffix, xmp=xmp.encode())
        assert says_synthetic(buffer.getvalue())


def test_a_picture_with_a_part_by_a_model_is_no_real_one_either() -> None:
    assert says_synthetic(encode_png(PIXELS, {"note": "compositeWithTrainedAlgorithmicMedia"}))


def test_a_plain_picture_says_nothing() -> None:
    assert not says_synthetic(encode_png(PIXELS))
    assert not says_synthetic(b"")
