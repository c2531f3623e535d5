"""An order of synthetic images, as the form, the permalink and the API give it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lesionlab.core.errors import InputError
from lesionlab.core.names import did_you_mean
from lesionlab.core.seeds import MAX_SEED
from lesionlab.inference.recipe import Recipe

ALL = "all"
MAX_COUNT = 64
DEFAULTS = {"diagnosis": ALL, "count": "21", "seed": "1"}


@dataclass(frozen=True)
class Order:
    """So many images of one diagnosis, or of all in turn, from consecutive seeds."""

    diagnosis: str
    count: int
    seed: int

    def recipes(self, classes: Sequence[str]) -> tuple[Recipe, ...]:
        """Return one recipe an image; for all diagnoses each seed is shown once with each of them."""
        if self.diagnosis != ALL:
            return tuple(Recipe(self.seed + i, self.diagnosis) for i in range(self.count))
        n = len(classes)
        return tuple(Recipe(self.seed + i // n, classes[i % n]) for i in range(self.count))

    def last_seed(self, classes: Sequence[str]) -> int:
        """Return the largest seed used."""
        return self.recipes(classes)[-1].seed

    def next(self, classes: Sequence[str]) -> Order | None:
        """Return the order of the seeds that follow, or None at the end of the range."""
        seed = self.last_seed(classes) + 1
        following = Order(self.diagnosis, self.count, seed)
        return following if following.last_seed(classes) <= MAX_SEED else None


def check_order(order: Order, classes: Sequence[str]) -> Order:
    """Return the order when every image of it can be made.

    Raises:
        InputError: unknown diagnosis, or count or seed out of range.
    """
    known = (*classes, ALL)
    if order.diagnosis not in known:
        name = order.diagnosis[:40]
        raise InputError(f"Unknown diagnosis '{name}'.", did_you_mean(name, known))
    if not 1 <= order.count <= MAX_COUNT:
        raise InputError(f"Count {order.count:,} is outside 1..{MAX_COUNT}.", f"Ask for 1 to {MAX_COUNT} images.")
    if not 0 <= order.seed <= MAX_SEED or order.last_seed(classes) > MAX_SEED:
        raise InputError(
            f"Seed {order.seed} with {order.count} images leaves the range 0..{MAX_SEED}.",
            "Choose a smaller whole number as the seed.",
        )
    return order


def read_order(values: Mapping[str, str], classes: Sequence[str]) -> Order:
    """Read an order from the fields of a form or address; what is left out takes its default.

    Raises:
        InputError: a field is no whole number, or out of range.
    """
    given = {name: (values.get(name) or default).strip() for name, default in DEFAULTS.items()}
    count, seed = whole_number("Count", given["count"]), whole_number("Seed", given["seed"])
    return check_order(Order(given["diagnosis"], count, seed), classes)


def whole_number(name: str, text: str) -> int:
    """Read a whole number written in decimal digits.

    Raises:
        InputError: it is something else.
    """
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 20):
        raise InputError(f"{name} is '{text[:40]}', which is no whole number.", "Write digits only, such as 7.")
    return int(text)
