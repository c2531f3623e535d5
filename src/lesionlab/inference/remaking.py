"""Make again what a record says a file shows: one image, a sheet of them, or a walk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from lesionlab.core.errors import InputError
from lesionlab.core.imaging import Pixels, decode, sheet
from lesionlab.inference.animation import decode_animation, encode_animation, format_of, walk_frames
from lesionlab.inference.provenance import recipes_in
from lesionlab.inference.sampler import Sampler
from lesionlab.inference.walk import MAX_ZOOM, walk_from

Kind = Literal["image", "sheet", "walk"]
GAP_PX = 2  # between the images of a sheet
MAX_IMAGES_OF_SHEET = 1_024

_CURE = "Make it anew with `lesionlab gan`."


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
    animated = kind_of(record) == "walk" and format_of(content) is not None
    return decode_animation(content) if animated else [decode(content)]


def make_again(sampler: Sampler, record: Mapping[str, Any], content: bytes, shown: list[Pixels]) -> list[Pixels]:
    """Return what the record's recipe gives, in the form of the file's own pixels.

    A sheet is laid out as wide as the file's; a walk goes through the encoder of the file's format.

    Raises:
        InputError: the record holds no recipe that this generator can follow.
    """
    kind = kind_of(record)
    if kind == "walk":
        return _walk(sampler, record, content)
    if kind == "sheet":
        return [_sheet(sampler, record, shown[0])]
    return list(sampler.sample(recipes_in(record)))


def could_show(height: int, width: int, size_px: int) -> bool:
    """Return whether a picture of these sides could be an image of `size_px` pixels a side, a walk or a sheet."""
    zoomed = height == width and width % size_px == 0 and width <= MAX_ZOOM * size_px
    return zoomed or all(side > GAP_PX and (side - GAP_PX) % (size_px + GAP_PX) == 0 for side in (height, width))


def _walk(sampler: Sampler, record: Mapping[str, Any], content: bytes) -> list[Pixels]:
    walk, form = walk_from(record["walk"]), format_of(content)
    if form is None:
        raise InputError("The record is that of a walk, and the file is no animation.", _CURE)
    return decode_animation(encode_animation(walk_frames(sampler, walk), walk, form))


def _sheet(sampler: Sampler, record: Mapping[str, Any], shown: Pixels) -> Pixels:
    recipes, step = recipes_in(record), sampler.card.image.size_px + GAP_PX
    rows, columns = (max(0, side - GAP_PX) // step for side in shown.shape[:2])
    room = min(rows * columns, MAX_IMAGES_OF_SHEET)
    if not 1 <= len(recipes) <= room:
        raise InputError(f"The record lists {len(recipes):,} images; the sheet has room for {room:,}.", _CURE)
    images = list(sampler.sample(recipes))
    return sheet([images[i : i + columns] for i in range(0, len(images), columns)], GAP_PX)
