"""A latent walk: from stop to stop through latent space, in equal steps along the arcs between them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lesionlab.core.errors import InputError
from lesionlab.inference.recipe import Between, End
from lesionlab.inference.recipe_codec import plain_recipe, recipe_from

MAX_FRAMES = 2_000
MAX_PIXELS = 50_000_000  # of all frames together: 200 MB while they are encoded
MAX_FRAMES_PER_SECOND = 50  # what browsers still show
MAX_ZOOM = 8

_CURE = "Make the walk anew with `lesionlab gan walk`."


@dataclass(frozen=True)
class Walk:
    """Stops and the way between them; a loop goes from the last one back to the first.

    `frame_ms` is how long a frame is shown; each pixel becomes `zoom` by `zoom` pixels.

    Raises:
        InputError: fewer than two stops, two neighbours that are the same, or a number out of its range.
    """

    stops: tuple[End, ...]
    frames_per_leg: int = 24
    loops: bool = True
    frame_ms: int = 50
    zoom: int = 1

    def __post_init__(self) -> None:
        """Refuse what is no walk."""
        if len(self.stops) < 2:
            raise InputError("A walk needs two stops at least.", "Name stops such as mel:7 nv:7.")
        if any(start == end for start, end in self._legs()):
            raise InputError(
                "Two neighbouring stops of the walk are the same.",
                "Let each differ from the next, and the last from the first: a loop leads back to it.",
            )
        limits = {
            "Frames per leg": (self.frames_per_leg, 1, MAX_FRAMES),
            "Frames in all": (self.frame_count, 1, MAX_FRAMES),
            "Milliseconds per frame": (self.frame_ms, 1000 // MAX_FRAMES_PER_SECOND, 10_000),
            "Zoom": (self.zoom, 1, MAX_ZOOM),
        }
        for what, (number, least, most) in limits.items():
            if not least <= number <= most:
                raise InputError(f"{what} {number:,} is outside {least:,}..{most:,}.", "Choose a number in this range.")

    @property
    def frame_count(self) -> int:
        """How many frames the walk has."""
        return len(self._legs()) * self.frames_per_leg + (not self.loops)

    def recipes(self) -> tuple[Between, ...]:
        """Return the recipe of each frame; without a loop the last one is the last stop."""
        steps = [
            Between(start, end, step / self.frames_per_leg)
            for start, end in self._legs()
            for step in range(self.frames_per_leg)
        ]
        last = () if self.loops else (Between(*self._legs()[-1], 1.0),)
        return (*steps, *last)

    def _legs(self) -> list[tuple[End, End]]:
        return list(itertools.pairwise((*self.stops, self.stops[0]) if self.loops else self.stops))

    def check_extent(self, size_px: int) -> None:
        """Refuse a walk whose frames of `size_px` pixels a side would fill the memory.

        Raises:
            InputError: all frames together have more than 50 million pixels.
        """
        pixels = self.frame_count * (size_px * self.zoom) ** 2
        if pixels > MAX_PIXELS:
            raise InputError(
                f"The frames have {pixels:,} pixels in all; {MAX_PIXELS:,} are allowed.",
                "Ask for fewer frames, or for a smaller --zoom.",
            )

    def plain(self) -> dict[str, Any]:
        """Return the walk as JSON values."""
        stops = [plain_recipe(stop) for stop in self.stops]
        numbers = {"frames_per_leg": self.frames_per_leg, "loops": self.loops, "frame_ms": self.frame_ms}
        return {"stops": stops, **numbers, "zoom": self.zoom}


def walk_from(plain: object) -> Walk:
    """Return the walk that JSON values describe.

    Raises:
        InputError: they describe none.
    """
    values = plain if isinstance(plain, Mapping) else {}
    stops, loops = values.get("stops"), values.get("loops")
    if not isinstance(stops, list) or not isinstance(loops, bool):
        raise InputError("The record of the walk lacks its stops, or whether it loops.", _CURE)
    numbers = {name: _whole(values.get(name)) for name in ("frames_per_leg", "frame_ms", "zoom")}
    return Walk(tuple(_stop(stop) for stop in stops), loops=loops, **numbers)


def _stop(plain: object) -> End:
    stop = recipe_from(plain)
    if isinstance(stop, Between):
        raise InputError("A stop of the walk lies between two others.", _CURE)
    return stop


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise InputError("A number in the record of the walk is missing or not whole.", _CURE)
    return value
