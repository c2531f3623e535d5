"""Make again what a record says a file shows: one image, a sheet of them, or a walk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from lesionlab.core.errors import InputError
from lesionlab.core.imaging import Pixels, decode, sheet
from lesionlab.inference.animation import Format, decode_animation, encode_animation, walk_frames
from lesionlab.inference.provenance import recipes_in
from lesionlab.inference.sampler import Sampler
from lesionlab.inference.walk import walk_from

Kind = Literal["image", "sheet", "walk"]
GAP_PX = 2  # between the images of a sheet


def kind_of(record: Mapping[str, Any]) -> Kind:
    """Return what a record says that its file shows."""
    if "walk" in record:
        return "walk"
    return "sheet" if "recipes" in record else "image"


def shown_in(content: bytes, record: Mapping[str, Any]) -> list[Pixels]:
    """Return the pixels of a file: uint8 [H, W, 3] of each frame of a walk, or of the one image.

    Raises:
        ImageError: the file is damaged or no image.
        TooLargeError: it is too large.
    """
    return decode_animation(content) if kind_of(record) == "walk" else [decode(content)]


def make_again(sampler: Sampler, record: Mapping[str, Any], content: bytes, shown: list[Pixels]) -> list[Pixels]:
    """Return what the record's recipe gives, in the form of the file's own pixels.

    A sheet is laid out as wide as the file's; a walk goes through the encoder of the file's format.

    Raises:
        InputError: the record holds no recipe that this generator can follow.
    """
    kind = kind_of(record)
    if kind == "walk":
        walk = walk_from(record["walk"])
        walk.check_extent(sampler.card.image.size_px)
        form: Format = "GIF" if content.startswith(b"GIF8") else "WEBP"
        return decode_animation(encode_animation(walk_frames(sampler, walk), walk, form))
    if kind == "sheet":
        return [_sheet(sampler, record, shown[0])]
    return list(sampler.sample(recipes_in(record)))


def fits_sheet(height: int, width: int, size_px: int) -> bool:
    """Return whether a picture of these sides could be a sheet of images of `size_px` pixels a side."""
    return all(side > GAP_PX and (side - GAP_PX) % (size_px + GAP_PX) == 0 for side in (height, width))


def _sheet(sampler: Sampler, record: Mapping[str, Any], shown: Pixels) -> Pixels:
    recipes, step = recipes_in(record), sampler.card.image.size_px + GAP_PX
    rows, columns = ((side - GAP_PX) // step for side in shown.shape[:2])
    if not 1 <= len(recipes) <= rows * columns:
        raise InputError(
            f"The record lists {len(recipes):,} images; the sheet has room for {rows * columns:,}.",
            "Make the sheet again.",
        )
    images = list(sampler.sample(recipes))
    return sheet([images[i : i + columns] for i in range(0, len(images), columns)], GAP_PX)
