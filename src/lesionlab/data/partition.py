"""The stratified split by lesion group, in whole numbers and hashes: the same on every platform."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lesionlab.core.errors import DataError
from lesionlab.core.seeds import derive_seed
from lesionlab.data.groups import lesion_groups
from lesionlab.data.rows import ImageRow
from lesionlab.records.split import EXTERNAL, PARTS, Split, SplitRow

PERCENT = {"train": 70, "validation": 15, "test": 15}


@dataclass(frozen=True)
class _Group:
    name: str
    images: int
    lesions: int


def make_split(
    images: Sequence[ImageRow], pairs: Iterable[tuple[str, str]], classes: Sequence[str], seed: int
) -> Split:
    """Return the split of these images, in their order; `pairs` are images of one lesion under two ids.

    Raises:
        DataError: a class has fewer than three groups, so it cannot lie in every part.
    """
    group_of = lesion_groups({image.image_id: image.lesion_id for image in images}, pairs)
    part_of = partition(images, group_of, classes, seed)
    rows = tuple(
        SplitRow(i.image_id, i.lesion_id, group_of[i.image_id], i.diagnosis, part_of[group_of[i.image_id]])
        for i in images
    )
    return Split(rows, tuple(classes))


def external_split(images: Sequence[ImageRow], pairs: Iterable[tuple[str, str]], classes: Sequence[str]) -> Split:
    """Return a split with every image in the external part; classes may be without any."""
    group_of = lesion_groups({image.image_id: image.lesion_id for image in images}, pairs)
    return Split(
        tuple(SplitRow(i.image_id, i.lesion_id, group_of[i.image_id], i.diagnosis, EXTERNAL) for i in images),
        tuple(classes),
    )


def partition(
    images: Sequence[ImageRow], group_of: Mapping[str, str], classes: Sequence[str], seed: int
) -> dict[str, str]:
    """Return the part of each group: 70/15/15 of the images and of the lesions of each diagnosis.

    Within a diagnosis, groups go largest first, in an order drawn by the seed, each to the part that lacks most so far.

    Raises:
        DataError: a class has fewer than three groups, so it cannot lie in every part.
    """
    strata = _strata(images, group_of)
    few = [f"{code} ({len(strata[code])})" for code in classes if len(strata[code]) < len(PARTS)]
    if few:
        raise DataError(
            f"Too few lesions to split: {', '.join(few)}; each class needs at least {len(PARTS)} lesion groups.",
            "Add images of these classes, or prepare the set for testing alone with --as external.",
        )
    part_of_group: dict[str, str] = {}
    for code in classes:
        part_of_group |= _deal(strata[code], seed)
    return part_of_group


def group_diagnosis(diagnoses: Sequence[str], totals: Counter[str]) -> str:
    """Return the diagnosis a group counts under: its most frequent; at a tie the rarer in the data, then by code."""
    counts = Counter(diagnoses)
    return min(counts, key=lambda code: (-counts[code], totals[code], code))


def _strata(images: Sequence[ImageRow], group_of: Mapping[str, str]) -> defaultdict[str, list[_Group]]:
    by_group: defaultdict[str, list[ImageRow]] = defaultdict(list)
    for image in images:
        by_group[group_of[image.image_id]].append(image)
    totals = Counter(image.diagnosis for image in images)
    strata: defaultdict[str, list[_Group]] = defaultdict(list)
    for name, members in by_group.items():
        code = group_diagnosis([image.diagnosis for image in members], totals)
        strata[code].append(_Group(name, len(members), len({image.lesion_id for image in members})))
    return strata


def _deal(groups: list[_Group], seed: int) -> dict[str, str]:
    ordered = sorted(groups, key=lambda g: (-g.images, derive_seed("split", seed, g.name), g.name))
    images: Counter[str] = Counter()
    lesions: Counter[str] = Counter()
    part_of_group = {}
    for group in ordered:
        due_images = images.total() + group.images
        due_lesions = lesions.total() + group.lesions
        lacks = {
            part: percent * (due_images + due_lesions) - 100 * (images[part] + lesions[part])
            for part, percent in PERCENT.items()
        }
        part = max(PARTS, key=lacks.__getitem__)
        part_of_group[group.name] = part
        images[part] += group.images
        lesions[part] += group.lesions
    return _fill_empty(ordered, part_of_group)


def _fill_empty(ordered: list[_Group], part_of_group: dict[str, str]) -> dict[str, str]:
    """Move the smallest training groups of a tiny class to the parts that got none."""
    for part in PARTS:
        if part not in part_of_group.values():
            spare = [g.name for g in ordered if part_of_group[g.name] == "train"]
            part_of_group[spare[-1]] = part
    return part_of_group
