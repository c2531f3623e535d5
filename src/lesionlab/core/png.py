"""RGB to PNG, quickly: photographs gain nothing from a search for repeats, which is where encoders spend their time."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_EIGHT_BIT_RGB = (8, 2, 0, 0, 0)
_AVERAGE = 3  # the number of the filter


def encode_png(pixels: NDArray[np.uint8], text: Mapping[str, str] | None = None) -> bytes:
    """Encode uint8 [H, W, 3] RGB as PNG, with `text` as its text chunks; the same input gives the same bytes.

    Each value is written as its difference from the mean of those to the left and above (PNG specification, third
    edition, section 9.2, filter type 3), and deflated by runs alone. Files come out a little larger than from a full
    search, in a quarter of the time, and other threads go on meanwhile.
    """
    height, width = pixels.shape[:2]
    deflate = zlib.compressobj(1, strategy=zlib.Z_RLE)
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", struct.pack(">II5B", width, height, *_EIGHT_BIT_RGB)),
            *(_chunk(b"iTXt", _words(key, value)) for key, value in (text or {}).items()),
            _chunk(b"IDAT", deflate.compress(_filtered(pixels).data) + deflate.flush()),
            _chunk(b"IEND", b""),
        )
    )


def _filtered(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    values = pixels.reshape(height, 3 * width)
    lines = np.empty((height, 1 + 3 * width), np.uint8)
    lines[:, 0] = _AVERAGE
    mean = np.zeros(values.shape, np.uint16)
    mean[:, 3:] = values[:, :-3]
    mean[1:] += values[:-1]
    mean >>= 1
    np.subtract(values, mean, out=lines[:, 1:], casting="unsafe")
    return lines


def _words(key: str, value: str) -> bytes:
    uncompressed_and_in_no_language = b"\0\0\0\0\0"
    return key.encode("latin-1") + uncompressed_and_in_no_language + value.encode()


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(content, zlib.crc32(kind)))
