"""Which recipe is tried next: all diagnoses side by side, each from its first seed upwards."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from lesionlab.inference.recipe import Recipe
from lesionlab.records.sampling import SamplingPlan


@dataclass
class Tally:
    """How far a set has come: what was tried, kept and withheld, by diagnosis or by filter."""

    wanted: dict[str, int]
    tried: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    withheld: Counter[str] = field(default_factory=Counter)  # by the filter

    def add(self, code: str, withheld: str) -> None:
        """Count one more image of a diagnosis, kept or withheld by this filter."""
        self.tried[code] += 1
        self.kept[code] += not withheld
        if withheld:
            self.withheld[withheld] += 1

    def is_filled(self, code: str) -> bool:
        """Return whether all images of a diagnosis are there."""
        return self.kept[code] >= self.wanted[code]


def candidates(plan: SamplingPlan, tally: Tally, most: int) -> Iterator[Recipe]:
    """Yield recipes from where the tally stands until every diagnosis is filled, or `most` times its count is tried.

    Diagnoses advance in proportion to their counts, so that any stretch of a set shows all of them. The order depends
    on the plan and the tally alone: a set that is gone on with comes out as if it had never stopped.
    """
    ranks = {code: rank for rank, code in enumerate(plan.counts)}
    heap = [(_when(tally.tried[code], count), ranks[code], code) for code, count in plan.counts.items()]
    heapq.heapify(heap)
    drawn = Counter(tally.tried)
    while heap:
        _, rank, code = heapq.heappop(heap)
        count, index = plan.counts[code], drawn[code]
        if tally.is_filled(code) or index >= most * count:
            continue
        yield Recipe(plan.first_seed + index, code, plan.truncation)
        drawn[code] += 1
        heapq.heappush(heap, (_when(index + 1, count), rank, code))


def _when(index: int, count: int) -> float:
    return (index + 0.5) / count
