"""Walks as animated files: WebP, which keeps every pixel, or GIF, which has 256 colours a frame."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from typing import Literal

import numpy as np
from PIL import Image, ImageSequence

from lesionlab.core.diagnoses import describe
from lesionlab.core.errors import ImageError, TooLargeError
from lesionlab.core.imaging import Pixels
from lesionlab.core.progress import Progress, silent
from lesionlab.inference.provenance import made_by, xmp_of
from lesionlab.inference.sampler import BATCH_SIZE, Sampler
from lesionlab.inference.walk import MAX_FRAMES, MAX_PIXELS, Walk

Format = Literal["WEBP", "GIF"]
MAX_BYTES = 100 * 2**20

_GIF_END = b";"
# XMP in a GIF is one plain run of bytes; readers that know sub-blocks alone land in this ramp and find the end.
_GIF_XMP_HEAD = b"\x21\xff\x0bXMP DataXMP"
_GIF_XMP_TAIL = b"\x01" + bytes(range(255, -1, -1)) + b"\x00"


def make_walk(sampler: Sampler, walk: Walk, form: Format, progress: Progress = silent) -> bytes:
    """Sample a walk's frames and encode them as an animation with the whole walk in its marks.

    Raises:
        InputError: a stop that this generator cannot follow, or too many pixels.
    """
    frames = walk_frames(sampler, walk, progress)
    record = made_by(sampler.card) | {"walk": walk.plain()}
    names = ", ".join(dict.fromkeys(describe(stop.diagnosis).name for stop in walk.stops))
    title = f"{len(frames)} synthetic dermoscopic images, a walk through latent space: {names}"
    return encode_animation(frames, walk, form, xmp_of(sampler.card, title, record))


def walk_frames(sampler: Sampler, walk: Walk, progress: Progress = silent) -> list[Pixels]:
    """Return the frames of a walk as the generator makes them: uint8 [S, S, 3] each.

    Raises:
        InputError: a stop that this generator cannot follow, or too many pixels for an animation.
    """
    walk.check_extent(sampler.card.image.size_px)
    for stop in walk.stops:
        sampler.check(stop)
    recipes = walk.recipes()
    frames: list[Pixels] = []
    for start in range(0, len(recipes), BATCH_SIZE):
        frames += list(sampler.sample(recipes[start : start + BATCH_SIZE]))
        progress(len(frames), len(recipes))
    return frames


def encode_animation(frames: Sequence[Pixels], walk: Walk, form: Format, xmp: str = "") -> bytes:
    """Encode frames, uint8 [H, W, 3] each, zoomed, as a lossless WebP or as a GIF, with an XMP packet."""
    first, *others = [_zoomed(frame, walk.zoom) for frame in frames]
    buffer = io.BytesIO()
    common = {"save_all": True, "append_images": others, "duration": walk.frame_ms}
    if form == "WEBP":
        turns = {"loop": 0 if walk.loops else 1}
        first.save(buffer, "WEBP", **common, **turns, lossless=True, quality=60, method=3, xmp=xmp.encode())
        return buffer.getvalue()
    first.save(buffer, "GIF", **common, **({"loop": 0} if walk.loops else {}))
    content = buffer.getvalue().removesuffix(_GIF_END)
    return content + (_GIF_XMP_HEAD + xmp.encode() + _GIF_XMP_TAIL if xmp else b"") + _GIF_END


def _zoomed(frame: Pixels, zoom: int) -> Image.Image:
    image = Image.fromarray(frame)
    return image.resize((image.width * zoom, image.height * zoom), Image.Resampling.NEAREST)


def format_of(content: bytes) -> Format | None:
    """Return which of the two formats of walks a file's first bytes announce, if any."""
    if content.startswith(b"GIF8"):
        return "GIF"
    return "WEBP" if content.startswith(b"RIFF") and content[8:12] == b"WEBP" else None


def decode_animation(content: bytes) -> list[Pixels]:
    """Decode the frames of an animated WebP or GIF: uint8 [H, W, 3] each.

    Raises:
        TooLargeError: more bytes, frames or pixels than a walk may have; no frame beyond is decoded.
        ImageError: no animation, or a damaged one.
    """
    if len(content) > MAX_BYTES:
        raise TooLargeError(f"The animation has {len(content) / 2**20:.1f} MB.", "Make a shorter walk.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd metadata
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=("WEBP", "GIF")) as image:
                return _frames(image)
    except TooLargeError:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise _too_large() from error
    except Exception as error:  # Pillow's plug-ins raise nearly anything on damaged bytes
        raise ImageError(
            f"The animation is damaged and cannot be decoded ({type(error).__name__}).", "Make it again."
        ) from error


def _frames(image: Image.Image) -> list[Pixels]:
    frames: list[Pixels] = []
    room = MAX_PIXELS
    for frame in ImageSequence.Iterator(image):  # a GIF can grow with each frame
        room -= frame.width * frame.height
        if room < 0 or len(frames) == MAX_FRAMES:
            raise _too_large()
        frames.append(np.asarray(frame.convert("RGB")))
    return frames


def _too_large() -> TooLargeError:
    return TooLargeError(
        "The animation has more frames or pixels than any walk.",
        f"A walk has {MAX_FRAMES:,} frames and {MAX_PIXELS:,} pixels at most.",
    )
