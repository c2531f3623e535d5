"""Where an image to classify may come from when nobody uploads one: a recipe or a drawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.errors import InputError
from lesionlab.core.imaging import Pixels
from lesionlab.core.names import did_you_mean
from lesionlab.core.seeds import check_seed, check_truncation
from lesionlab.data.procedural import procedural_lesion
from lesionlab.inference.recipe import Recipe
from lesionlab.web.models_in_use import models_in_use
from lesionlab.web.order import decimal_number, whole_number
from lesionlab.web.synthetic_images import synthetic_images

Kind = Literal["synthetic", "procedural"]
KINDS: tuple[Kind, ...] = ("synthetic", "procedural")
PROCEDURAL_SIZE_PX = 128
_EXAMPLE_SEED = 3


@dataclass(frozen=True)
class Source:
    """An image that this app makes itself: by the generator, or drawn by a program."""

    kind: Kind
    recipe: Recipe

    @property
    def text(self) -> str:
        """The value of the address field, such as `nv:7`, or `nv:7:1.5` where it is truncated."""
        limit = "" if self.recipe.truncation is None else f":{self.recipe.truncation:g}"
        return f"{self.recipe.diagnosis}:{self.recipe.seed}{limit}"

    def pixels(self) -> Pixels:
        """Make the image: uint8 [S, S, 3]."""
        if self.kind == "synthetic":
            return synthetic_images([self.recipe])[0]
        return procedural_lesion(self.recipe.diagnosis, self.recipe.seed, PROCEDURAL_SIZE_PX)


def read_source(values: Mapping[str, str]) -> Source | None:
    """Read `synthetic=nv:7` or `procedural=mel:3`; None when neither is there.

    Raises:
        InputError: both are there, or the value is no diagnosis with a seed.
        ModelError: a synthetic image is asked for, and the generator is missing or damaged.
    """
    given = [kind for kind in KINDS if kind in values]
    if not given:
        return None
    if len(given) > 1:
        raise InputError("The address names two images.", "Leave out 'synthetic' or 'procedural'.")
    kind = given[0]
    code, *rest = values[kind].split(":")
    if len(rest) not in (1, 2) or (len(rest) == 2 and kind != "synthetic"):
        raise InputError(f"'{values[kind][:40]}' names no image.", f"Write diagnosis:seed, such as {kind}=nv:7.")
    limit = decimal_number("Truncation", rest[1]) if len(rest) == 2 else None
    return make_source(kind, code, whole_number("Seed", rest[0]), limit)


def make_source(kind: Kind, code: str, seed: int, truncation: float | None = None) -> Source:
    """Return the source when it can be made.

    Raises:
        InputError: unknown diagnosis, or seed or truncation out of range.
        ModelError: a synthetic image is asked for, and the generator is missing or damaged.
    """
    known = models_in_use().card("generator").classes if kind == "synthetic" else HAM10000_CODES
    if code not in known:
        raise InputError(f"Unknown diagnosis '{code[:40]}'.", did_you_mean(code[:40], known))
    limit = None if truncation is None else check_truncation(truncation)
    return Source(kind, Recipe(check_seed(seed), code, limit))


def examples() -> dict[Kind, tuple[Source, ...]]:
    """Return one image of each diagnosis and kind to try; no synthetic ones where the generator does not load."""
    models = models_in_use()
    codes = () if models.problem("generator") else models.card("generator").classes
    return {
        "synthetic": tuple(Source("synthetic", Recipe(_EXAMPLE_SEED, code)) for code in codes),
        "procedural": tuple(Source("procedural", Recipe(_EXAMPLE_SEED, code)) for code in HAM10000_CODES),
    }
