"""An order of synthetic images, as the form, the permalink and the API give it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lesionlab.core.errors import InputError
from lesionlab.core.names import did_you_mean
from lesionlab.core.seeds import MAX_SEED, check_truncation
from lesionlab.inference.recipe import Recipe

ALL = "all"
MAX_COUNT = 64
DEFAULTS = {"diagnosis": ALL, "count": "21", "seed": "1", "truncation": ""}
NOVEL = "novel"  # the field of the filter; "1" where copies of training images are withheld


@dataclass(frozen=True)
class Order:
    """So many images of one diagnosis, of some (their codes with commas between) or of all in turn, by seed upwards.

    `truncation` limits the latents, in standard deviations; where `novel`, copies of training images are withheld and
    further seeds take their place.
    """

    diagnosis: str
    count: int
    seed: int
    truncation: float | None = None
    novel: bool = False

    def codes(self, classes: Sequence[str]) -> tuple[str, ...]:
        """Return the diagnoses asked for, in the model's order."""
        asked = classes if self.diagnosis == ALL else self.diagnosis.split(",")
        return tuple(sorted(asked, key=classes.index))

    def recipes(self, classes: Sequence[str]) -> tuple[Recipe, ...]:
        """Return one recipe an image, nothing withheld; each seed is shown once with each of the diagnoses."""
        codes = self.codes(classes)
        n = len(codes)
        return tuple(Recipe(self.seed + i // n, codes[i % n], self.truncation) for i in range(self.count))

    def counts(self, classes: Sequence[str]) -> dict[str, int]:
        """Return how many images of each diagnosis it asks for."""
        return dict(Counter(recipe.diagnosis for recipe in self.recipes(classes)))

    def last_seed(self, classes: Sequence[str]) -> int:
        """Return the largest seed used where nothing is withheld."""
        return self.recipes(classes)[-1].seed

    def next(self, classes: Sequence[str], after: int | None = None) -> Order | None:
        """Return the order of the seeds that follow this one, or the seed `after`; None at the end of the range."""
        following = replace(self, seed=1 + (self.last_seed(classes) if after is None else after))
        return following if following.last_seed(classes) <= MAX_SEED else None

    def values(self) -> dict[str, str]:
        """Return the fields of its address."""
        limit = {} if self.truncation is None else {"truncation": f"{self.truncation:g}"}
        kept = {NOVEL: "1"} if self.novel else {}
        return {"diagnosis": self.diagnosis, "count": str(self.count), "seed": str(self.seed)} | limit | kept


def check_order(order: Order, classes: Sequence[str]) -> Order:
    """Return the order when every image of it can be made.

    Raises:
        InputError: unknown diagnosis, or count, seed or truncation out of range.
    """
    known = (*classes, ALL)
    codes = order.diagnosis.split(",")
    for name in codes:
        if name not in known or (name == ALL and len(codes) > 1):
            raise InputError(f"Unknown diagnosis '{name[:40]}'.", did_you_mean(name[:40], known))
    if not 1 <= order.count <= MAX_COUNT:
        raise InputError(f"Count {order.count:,} is outside 1..{MAX_COUNT}.", f"Ask for 1 to {MAX_COUNT} images.")
    if order.truncation is not None:
        check_truncation(order.truncation)
    order = replace(order, diagnosis=_tidy(codes, classes))
    if not 0 <= order.seed <= MAX_SEED or order.last_seed(classes) > MAX_SEED:
        raise InputError(
            f"Seed {order.seed} with {order.count} images leaves the range 0..{MAX_SEED}.",
            "Choose a smaller whole number as the seed.",
        )
    return order


def read_order(values: Mapping[str, str], classes: Sequence[str]) -> Order:
    """Read an order from the fields of a form or address; what is left out takes its default.

    Raises:
        InputError: a field is no number, or out of range.
    """
    given = {name: (values.get(name) or default).strip() for name, default in DEFAULTS.items()}
    count, seed = whole_number("Count", given["count"]), whole_number("Seed", given["seed"])
    limit = decimal_number("Truncation", given["truncation"]) if given["truncation"] else None
    return check_order(Order(given["diagnosis"], count, seed, limit, values.get(NOVEL) == "1"), classes)


def whole_number(name: str, text: str) -> int:
    """Read a whole number written in decimal digits.

    Raises:
        InputError: it is something else.
    """
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 20):
        raise InputError(f"{name} is '{text[:40]}', which is no whole number.", "Write digits only, such as 7.")
    return int(text)


def decimal_number(name: str, text: str) -> float:
    """Read a number such as 1.5 written in decimal digits.

    Raises:
        InputError: it is something else.
    """
    if not re.fullmatch(r"-?[0-9]{1,6}(\.[0-9]{1,6})?", text):
        raise InputError(f"{name} is '{text[:40]}', which is no number.", "Write it with a point, such as 1.5.")
    return float(text)


def _tidy(codes: Sequence[str], classes: Sequence[str]) -> str:
    chosen = set(codes)
    return (
        ALL
        if chosen == {ALL} or (len(chosen) > 1 and chosen == set(classes))
        else ",".join(code for code in classes if code in chosen)
    )
