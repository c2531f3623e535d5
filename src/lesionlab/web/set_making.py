"""A set of synthetic images in the making: batch by batch, as a page shows it or a file holds it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lesionlab.core.errors import LesionLabError
from lesionlab.core.in_order import batches
from lesionlab.inference.candidates import Tally, candidates
from lesionlab.inference.filters import Filter
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sample_folder import TRIES, plan_for
from lesionlab.inference.sampler import BATCH_SIZE
from lesionlab.records.sampling import SamplingPlan
from lesionlab.web.judged import Judged, judged_images
from lesionlab.web.models_in_use import models_in_use
from lesionlab.web.order import Order
from lesionlab.web.synthetic_images import synthetic_images


@dataclass(frozen=True)
class Shown:
    """A synthetic image of a set with what the models say of it."""

    recipe: Recipe
    judged: Judged


class SetInMaking:
    """The images of an order; what was tried and withheld is known once all are taken.

    Raises:
        NoReferenceError, ModelError: copies are to be withheld, and cannot be told.
    """

    def __init__(self, order: Order, classes: Sequence[str]) -> None:
        self.order = order
        self.filters = filters_of(order)
        self.tally = Tally(order.counts(classes))
        self.last_seed = order.seed
        self.problem: LesionLabError | None = None  # that ended it, once part of the page is out
        self._classes = classes

    @property
    def lacking(self) -> int:
        """How many images were not to be had, because so many are copies."""
        return sum(self.tally.wanted.values()) - self.tally.kept.total()

    def batches(self) -> Iterator[list[Shown]]:
        """Yield the images in order, as many at a time as the generator makes at once, until a problem ends it."""
        try:
            for some in batches(self._recipes(), BATCH_SIZE):
                yield [shown for shown in self._shown(some) if self._keeps(shown)]
        except LesionLabError as error:
            self.problem = error

    def _recipes(self) -> Iterator[Recipe]:
        if not self.filters:
            return iter(self.order.recipes(self._classes))
        return candidates(set_plan(self.order, self._classes, self.filters), self.tally, TRIES)

    def _shown(self, recipes: list[Recipe]) -> list[Shown]:
        judged = judged_images(recipes, synthetic_images(recipes))
        return [Shown(*each) for each in zip(recipes, judged, strict=True)]

    def _keeps(self, shown: Shown) -> bool:
        code = shown.recipe.diagnosis
        if self.tally.is_filled(code):
            return False  # it was made ahead
        withheld = bool(self.filters) and shown.judged.is_copy
        self.tally.add(code, "novelty" if withheld else "")
        self.last_seed = max(self.last_seed, shown.recipe.seed)
        return not withheld


def filters_of(order: Order) -> tuple[Filter, ...]:
    """Return the filters that an order asks for.

    Raises:
        NoReferenceError, ModelError: copies are to be withheld, and cannot be told.
    """
    return (models_in_use().novel(),) if order.novel else ()


def set_plan(order: Order, classes: Sequence[str], filters: Sequence[Filter], *, sheet: bool = False) -> SamplingPlan:
    """Return the plan by which `lesionlab gan sample` would write this order."""
    sampler = models_in_use().sampler()
    counts = order.counts(classes)
    return plan_for(sampler, counts, order.seed, truncation=order.truncation, filters=filters, sheet=sheet)
