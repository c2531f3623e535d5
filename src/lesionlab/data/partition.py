"""The stratified split by lesion group, in whole numbers and hashes: the same on every platform."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from lesionlab.core.errors import DataError
from lesionlab.core.seeds import derive_seed
from lesionlab.data.dealing import deal, strata
from lesionlab.data.groups import all_duplicates, known_duplicates, lesion_groups
from lesionlab.data.rows import ImageRow
from lesionlab.data.siblings import refuse_torn
from lesionlab.records.split import EXTERNAL, PARTS, Split, SplitRow

PERCENT = {"train": 70, "validation": 15, "test": 15}


def make_split(
    images: Sequence[ImageRow], pairs: Iterable[tuple[str, str]], classes: Sequence[str], seed: int
) -> Split:
    """Return the split of these images, in their order; `pairs` are images of one lesion under two ids.

    Groups are dealt by the lesions and by the pairs given or published; then groups that pairs found since tie together
    move to one part, and nothing else moves: what a model trained on stays in training.

    Raises:
        DataError: a class has fewer than three groups, so it cannot lie in every part.
        LeakError: images of HAM10000 have other lesion ids than its own, so that siblings would come apart.
    """
    pairs = tuple(pairs)
    dealt = lesion_groups({image.image_id: image.lesion_id for image in images}, (*pairs, *known_duplicates()))
    part_of_dealt = partition(images, dealt, classes, seed)
    group_of = _groups(images, pairs)
    part_of = _one_part({image_id: part_of_dealt[group] for image_id, group in dealt.items()}, group_of)
    rows = tuple(
        SplitRow(i.image_id, i.lesion_id, group_of[i.image_id], i.diagnosis, part_of[group_of[i.image_id]])
        for i in images
    )
    return Split(rows, tuple(classes))


def _one_part(part_of_image: Mapping[str, str], group_of: Mapping[str, str]) -> dict[str, str]:
    """Return the part of each group: training where any of it lies there, else validation, else test."""
    part_of: dict[str, str] = {}
    for image_id, part in part_of_image.items():
        group = group_of[image_id]
        part_of[group] = min(part, part_of.get(group, part), key=PARTS.index)
    return part_of


def external_split(images: Sequence[ImageRow], pairs: Iterable[tuple[str, str]], classes: Sequence[str]) -> Split:
    """Return a split with every image in the external part; classes may be without any."""
    group_of = _groups(images, pairs)
    return Split(
        tuple(SplitRow(i.image_id, i.lesion_id, group_of[i.image_id], i.diagnosis, EXTERNAL) for i in images),
        tuple(classes),
    )


def _groups(images: Sequence[ImageRow], pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    # What is known of HAM10000 holds for its images in whatever table they come again.
    group_of = lesion_groups({image.image_id: image.lesion_id for image in images}, (*pairs, *all_duplicates()))
    refuse_torn(group_of)
    return group_of


def partition(
    images: Sequence[ImageRow], group_of: Mapping[str, str], classes: Sequence[str], seed: int
) -> dict[str, str]:
    """Return the part of each group: 70/15/15 of the images and of the lesions of each diagnosis.

    Within a diagnosis, groups go largest first, in an order drawn by the seed, each to the part that lacks most so far.

    Raises:
        DataError: a class has fewer than three groups, so it cannot lie in every part.
    """
    groups = strata(images, group_of)
    few = [f"{code} ({len(groups[code])})" for code in classes if len(groups[code]) < len(PARTS)]
    if few:
        raise DataError(
            f"Too few lesions to split: {', '.join(few)}; each class needs at least {len(PARTS)} lesion groups.",
            "Add images of these classes, or prepare the set for testing alone with --as external.",
        )
    part_of_group: dict[str, str] = {}
    for code in classes:
        part_of_group |= deal(groups[code], PERCENT, lambda name: derive_seed("split", seed, name))
    return part_of_group
