"""Sizes that only originals can fill: enlarged images would teach a network to take blur for skin."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from lesionlab.core.errors import DataError
from lesionlab.core.imaging import FORMATS

ORIGINALS_FROM_PX = 224  # below it an image may be enlarged a little
WHAT_IS_NEEDED = "the original images, of which HAM10000's have 600 x 450 pixels (`lesionlab collect ham10000`)"


def check_resolution(files: Iterable[Path], sizes_px: Iterable[int]) -> None:
    """Refuse a size of 224 pixels or more that is above the shorter side of an image; only heads of files are read.

    Files that are no images are left to whoever decodes them.

    Raises:
        DataError: some are too small; how many, and one of them, are told.
    """
    size = max(sizes_px, default=0)
    if size < ORIGINALS_FROM_PX:
        return
    listed = list(files)
    sides = {path: found for path in listed if (found := _sides(path)) is not None and min(found) < size}
    if sides:
        first = min(sides)
        raise DataError(
            f"{len(sides):,} of {len(listed):,} images are too small for {size} px, such as {first.name} with "
            f"{sides[first][0]:,} x {sides[first][1]:,} pixels.",
            f"Prepare {WHAT_IS_NEEDED}, or leave out --size {size}.",
        )


def _sides(path: Path) -> tuple[int, int] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=FORMATS) as image:
                return image.size
    except Exception:  # noqa: BLE001 - Pillow's plug-ins raise nearly anything on damaged bytes
        return None
