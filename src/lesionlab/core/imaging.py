"""Bytes to RGB and RGB to a model's square: the one path that training and serving share."""

from __future__ import annotations

import io
import stat
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from lesionlab.core.errors import ImageError, TooLargeError
from lesionlab.core.flat_rgb import flat_rgb

MAX_BYTES = 15 * 2**20
MAX_PIXELS = 50_000_000
MAX_SIDE_PX = 65_535  # as of a JPEG; one column of 50 megapixels takes its reader many times as long as a square
AT_LEAST_PX = 224  # a large JPEG is decoded no finer than models need it
MAX_READS = 200_000  # a PNG of 15 MB in chunks of 8 kB takes 6,000
MAX_SCANS = 64  # a progressive JPEG has about ten; each takes its time over all pixels, however few its bytes
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF")

_DIFFERENT = "Use a JPEG, PNG or WebP photograph of one lesion."
_SMALLER = f"Use an image of at most {MAX_PIXELS // 10**6} megapixels and {MAX_BYTES // 2**20} MB."

Pixels = NDArray[np.uint8]
Result = TypeVar("Result")


class _Content(io.BytesIO):
    """An image file's bytes, for a reader with an end to its patience.

    Pillow reads the parts of a file one by one in Python: millions of empty ones would take it many seconds.
    """

    _reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self._reads += 1
        if self._reads > MAX_READS:
            raise ImageError("The file consists of far too many parts.", _DIFFERENT)
        return super().read(size)


def decode(content: bytes, *, at_least_px: int | None = None) -> Pixels:
    """Decode an image file's bytes to uint8 [H, W, 3] RGB, turned as its EXIF says, its first frame only.

    `at_least_px` lets a JPEG be decoded at a reduced scale whose shorter side is no smaller than this.
    Transparent pixels are laid on white; 16-bit grey is scaled to 8 bits.

    Raises:
        TooLargeError: more bytes or pixels than the limits; found before the pixels are decoded.
        ImageError: no bytes, an unknown format, or a damaged file.
    """
    return _opened(content, at_least_px, flat_rgb)


def _opened(content: bytes, at_least_px: int | None, use: Callable[[Image.Image], Result]) -> Result:
    """Return what `use` makes of the image that the bytes hold, loaded and turned; see `decode`."""
    if not content:
        raise ImageError("The file is empty (0 bytes).", _DIFFERENT)
    if len(content) > MAX_BYTES:
        raise TooLargeError(f"The file has {len(content) / 2**20:.1f} MB.", _SMALLER)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of bombs and odd metadata; the limits below decide
            with Image.open(_Content(content), formats=FORMATS) as image:
                _load(image, content, at_least_px)
                return use(image)
    except (TooLargeError, ImageError):
        raise
    except Image.DecompressionBombError as error:
        raise TooLargeError("The image has far too many pixels.", _SMALLER) from error
    except UnidentifiedImageError as error:
        raise ImageError("The file is not an image in a format known here.", _DIFFERENT) from error
    except Exception as error:  # Pillow's plug-ins raise nearly anything on damaged bytes
        raise ImageError(f"The image is damaged and cannot be decoded ({type(error).__name__}).", _DIFFERENT) from error


def read_content(path: Path) -> bytes:
    """Return an image file's bytes; what would never end, or is too large, is not read.

    Raises:
        TooLargeError: more bytes than the limit.
        ImageError: a pipe or a device.
        OSError: it is not there, or may not be read.
    """
    found = path.stat()
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):  # to open a folder is an error that tells so
        raise ImageError(f"{path.name} is a pipe or a device.", _DIFFERENT)
    if found.st_size > MAX_BYTES:
        raise TooLargeError(f"{path.name} has {found.st_size / 2**20:.1f} MB.", _SMALLER)
    return path.read_bytes()


def read(path: Path, *, at_least_px: int | None = None) -> Pixels:
    """Decode an image file to uint8 [H, W, 3] RGB; see `read_content` and `decode` for limits and errors."""
    return decode(read_content(path), at_least_px=at_least_px)


def decode_for_model(content: bytes, size_px: int = 0) -> Pixels:
    """Decode an image file's bytes as a model of `size_px` pixels sees them, in training and in use; see `decode`.

    A JPEG is decoded at the smallest of the scales 1, 1/2, 1/4 and 1/8 whose shorter side has at least 224 pixels, or
    `size_px` where that is more. So all models of up to 224 pixels see the same.
    """
    return decode(content, at_least_px=max(AT_LEAST_PX, size_px))


def read_for_model(path: Path, size_px: int = 0) -> Pixels:
    """Decode an image file as a model of `size_px` pixels sees it; see `decode_for_model`."""
    return read(path, at_least_px=max(AT_LEAST_PX, size_px))


def _load(image: Image.Image, content: bytes, at_least_px: int | None) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise TooLargeError(f"The image has {width:,} x {height:,} pixels.", _SMALLER)
    if max(width, height) > MAX_SIDE_PX:
        cure = f"Use an image whose sides have at most {MAX_SIDE_PX:,} pixels."
        raise TooLargeError(f"The image has {width:,} x {height:,} pixels.", cure)
    if image.format in ("JPEG", "MPO") and content.count(b"\xff\xda") > MAX_SCANS:
        raise ImageError(f"The JPEG is drawn in more than {MAX_SCANS} scans.", _DIFFERENT)
    if at_least_px is not None and image.format == "JPEG":
        image.draft("RGB", (at_least_px, at_least_px))
    image.load()
    ImageOps.exif_transpose(image, in_place=True)


def square(pixels: Pixels, size_px: int) -> Pixels:
    """Crop the centre square and resize it (antialiased bicubic): uint8 [size_px, size_px, 3]."""
    return squares(pixels, (size_px,))[size_px]


def squares(pixels: Pixels, sizes_px: Sequence[int]) -> dict[int, Pixels]:
    """Crop the centre square once and resize it to each size; see `square`."""
    left, top, right, bottom = _centre(pixels.shape[1], pixels.shape[0])
    return _resized(Image.fromarray(pixels[top:bottom, left:right]), sizes_px)


def _squares(image: Image.Image, sizes_px: Sequence[int]) -> dict[int, Pixels]:
    """Return the same of a loaded image; most are RGB and need not become an array in full before."""
    if image.mode != "RGB" or image.has_transparency_data:
        return squares(flat_rgb(image), sizes_px)
    return _resized(image.crop(_centre(image.width, image.height)), sizes_px)


def _centre(width: int, height: int) -> tuple[int, int, int, int]:
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    return left, top, left + side, top + side


def _resized(image: Image.Image, sizes_px: Sequence[int]) -> dict[int, Pixels]:
    return {size: np.asarray(image.resize((size, size), Image.Resampling.BICUBIC)) for size in sizes_px}


def squares_for_models(content: bytes, sizes_px: Sequence[int]) -> dict[int, Pixels]:
    """Return what models of these sizes see of an image file's bytes: uint8 [S, S, 3] by size; see `decode_for_model`.

    What one size gives does not depend on the others. Without a size, the file is decoded all the same.

    Raises:
        TooLargeError, ImageError: see `decode`.
    """
    found: dict[int, Pixels] = {}
    for at_least_px in sorted({max(AT_LEAST_PX, size) for size in sizes_px} or {AT_LEAST_PX}):
        seen_so = [size for size in sizes_px if max(AT_LEAST_PX, size) == at_least_px]
        found |= _opened(content, at_least_px, partial(_squares, sizes_px=seen_so))
    return found


def encode_webp(pixels: Pixels, quality: int = 90) -> bytes:
    """Encode uint8 [H, W, 3] RGB as WebP."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", quality=quality, method=6)
    return buffer.getvalue()


def sheet(rows: list[list[Pixels]], gap_px: int = 2) -> Pixels:
    """Lay equal squares out as a grid with white gaps: uint8 [H, W, 3]."""
    size = rows[0][0].shape[0]
    step = size + gap_px
    canvas = np.full((len(rows) * step + gap_px, max(map(len, rows)) * step + gap_px, 3), 255, np.uint8)
    for y, row in enumerate(rows):
        for x, tile in enumerate(row):
            top, left = gap_px + y * step, gap_px + x * step
            canvas[top : top + size, left : left + size] = tile
    return canvas
