"""Deal whole lesion groups to parts, in whole numbers and hashes: the same on every platform."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

Place = TypeVar("Place", str, int)


class Image(Protocol):
    """What dealing needs to know of an image."""

    @property
    def image_id(self) -> str: ...  # noqa: D102
    @property
    def lesion_id(self) -> str: ...  # noqa: D102
    @property
    def diagnosis(self) -> str: ...  # noqa: D102


@dataclass(frozen=True)
class Group:
    """A lesion group, and how many images and lesions it has."""

    name: str
    images: int
    lesions: int


def group_diagnosis(diagnoses: Sequence[str], totals: Counter[str]) -> str:
    """Return the diagnosis a group counts under: its most frequent; at a tie the rarer in the data, then by code."""
    counts = Counter(diagnoses)
    return min(counts, key=lambda code: (-counts[code], totals[code], code))


def strata(images: Iterable[Image], group_of: Mapping[str, str]) -> defaultdict[str, list[Group]]:
    """Return the groups of each diagnosis."""
    by_group: defaultdict[str, list[Image]] = defaultdict(list)
    totals: Counter[str] = Counter()
    for image in images:
        by_group[group_of[image.image_id]].append(image)
        totals[image.diagnosis] += 1
    found: defaultdict[str, list[Group]] = defaultdict(list)
    for name, members in by_group.items():
        code = group_diagnosis([image.diagnosis for image in members], totals)
        found[code].append(Group(name, len(members), len({image.lesion_id for image in members})))
    return found


def deal(groups: Sequence[Group], shares: Mapping[Place, int], draw: Callable[[str], int]) -> dict[str, Place]:
    """Return the part of each group: `shares` of the images and of the lesions.

    Groups go largest first, equals in the order that `draw` gives their names, each to the part that lacks most so far;
    at a tie to the one named first in `shares`. A part that gets none takes the smallest group of the first.
    """
    ordered = sorted(groups, key=lambda g: (-g.images, draw(g.name), g.name))
    whole = sum(shares.values())
    have: Counter[Place] = Counter()
    due = 0
    part_of: dict[str, Place] = {}
    for group in ordered:
        size = group.images + group.lesions
        due += size
        part = max(shares, key=lambda part: shares[part] * due - whole * have[part])
        part_of[group.name] = part
        have[part] += size
    return _fill_empty(ordered, part_of, tuple(shares))


def _fill_empty(ordered: Sequence[Group], part_of: dict[str, Place], parts: Sequence[Place]) -> dict[str, Place]:
    for part in parts[1:]:
        spare = [group.name for group in ordered if part_of[group.name] == parts[0]]
        if part not in part_of.values() and len(spare) > 1:
            part_of[spare[-1]] = part
    return part_of
