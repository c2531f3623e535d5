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
MAX_PIXELS = 100_000_000  # of all frames together: 300 MB while they are encoded
MAX_FRAMES_PER_SECOND = 50  # what browsers still show
MAX_ZOOM = 8


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
            raise InputError("Two neighbouring stops of the walk are the same.", "Let each differ from the next one.")
        limits = {
            "frames per leg": (self.frames_per_leg, 1, MAX_FRAMES),
            "frames in all": (len(self._legs()) * self.frames_per_leg, 1, MAX_FRAMES),
            "milliseconds per frame": (self.frame_ms, 1000 // MAX_FRAMES_PER_SECOND, 10_000),
            "pixels for each": (self.zoom, 1, MAX_ZOOM),
        }
        for what, (number, least, most) in limits.items():
            if not least <= number <= most:
                raise InputError(f"{number:,} {what} are outside {least:,}..{most:,}.", "Choose a number within.")

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
        legs = list(itertools.pairwise(self.stops))
        # Two stops make one leg there; a loop needs the way back as well.
        return [*legs, (self.stops[-1], self.stops[0])] if self.loops else legs

    def check_extent(self, size_px: int) -> None:
        """Refuse a walk whose frames of `size_px` pixels a side would fill the memory.

        Raises:
            InputError: all frames together have more than 100 million pixels.
        """
        pixels = (len(self._legs()) * self.frames_per_leg + 1) * (size_px * self.zoom) ** 2
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
    stops = values.get("stops")
    numbers = [values.get(name) for name in ("frames_per_leg", "frame_ms", "zoom")]
    whole = [number for number in numbers if isinstance(number, int) and not isinstance(number, bool)]
    if not isinstance(stops, list) or len(whole) != 3 or not isinstance(values.get("loops"), bool):
        raise InputError("The record of the walk is incomplete.", "Make the walk anew with `lesionlab gan walk`.")
    ends = [recipe_from(stop) for stop in stops[: MAX_FRAMES + 1]]
    if any(isinstance(end, Between) for end in ends):
        raise InputError("A stop of the walk lies between two others.", "Name seeds or kept latents as stops.")
    return Walk(tuple(end for end in ends if not isinstance(end, Between)), whole[0], values["loops"], *whole[1:])
