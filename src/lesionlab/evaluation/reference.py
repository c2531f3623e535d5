"""Make the reference of a generator: its training images as compact features, and limits from held-out images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lesionlab.core.errors import DataError
from lesionlab.core.progress import Progress, silent
from lesionlab.data.prepared import Part, PreparedData
from lesionlab.inference.compact_features import axes_of
from lesionlab.inference.levelled import levelled
from lesionlab.inference.novelty import combined, compare, views
from lesionlab.inference.reference import Facts, Reference, SpaceReference
from lesionlab.metrics.authenticity import FALSE_ALARMS, copy_limit, training_of
from lesionlab.metrics.space import Extractor, Features
from lesionlab.records.seen_groups import SeenGroups, seen_groups

AXES = 128  # of 368, say: fewer find fewer of the planted copies, more hardly any more
BATCH = 512


def learned_part(data: PreparedData, seen: SeenGroups) -> Part:
    """Return the real images that a model learned from, in the order of its groups.csv.

    Raises:
        DataError: some of them are not in the training part of the data.
    """
    part = data.part("train")
    place = {image_id: row for row, image_id in enumerate(part.image_ids)}
    learned = [row.image_id for row in seen.rows if row.use == "train"]
    missing = sum(image_id not in place for image_id in learned)
    if missing:
        raise DataError(
            f"{missing:,} of the {len(learned):,} images that the model learned from are not in the training part "
            f"of '{data.name}'.",
            "Name the data and the split that it was trained on.",
        )
    rows = np.array([place[image_id] for image_id in learned])
    return replace(
        part,
        image_ids=tuple(learned),
        groups=tuple(part.groups[row] for row in rows),
        lesions=tuple(part.lesions[row] for row in rows),
        labels=part.labels[rows],
        indices=part.indices[rows],
    )


def held_out_part(data: PreparedData, seen: SeenGroups) -> Part:
    """Return the validation images of lesions that a model did not learn from.

    Raises:
        DataError: there are none.
    """
    part = data.part("validation")
    unseen = set(part.groups) - seen.groups("train")
    if not unseen:
        raise DataError(
            f"The model learned from every lesion in the validation part of '{data.name}'.",
            "Name the split that it was trained on: limits are found on images that it never saw.",
        )
    return part.of_groups(unseen)


def make_reference(
    learned: Part,
    held_out: Part,
    groups_sha256: str,
    size_px: int,
    extractors: Sequence[Extractor],
    progress: Progress = silent,
) -> Reference:
    """Return the reference of a generator that learned from these images, with limits at 1% false alarms.

    Raises:
        InputError: the training images are of one lesion, or an extractor takes images of another size.
        DataError: the size is not prepared.
    """
    images = learned.images(size_px)
    _, groups = np.unique(np.array(learned.groups), return_inverse=True)
    # Every space sees the images as they are, the last also in levelled colours, or what was recoloured would pass.
    judges, ways = [*extractors, extractors[-1]], [False] * len(extractors) + [True]
    spaces = []
    for extractor, way in zip(judges, ways, strict=True):
        seen = _features(levelled(images) if way else images, extractor, progress)
        spaces.append(space_reference(seen, groups.astype(np.int32), way))
    ratios = compare(views(held_out.images(size_px), judges, spaces, progress), spaces).by_space
    rows = seen_groups(validation=zip(held_out.groups, held_out.image_ids, strict=True))
    facts = Facts(
        groups_sha256=groups_sha256,
        spaces=tuple(extractor.space for extractor in judges),
        levelled=tuple(ways),
        limits=tuple(copy_limit(of_space) for of_space in ratios),
        limit=copy_limit(combined(ratios)),
        false_alarms=FALSE_ALARMS,
        split_sha256=held_out.data.split.sha256,
        part=held_out.name,
    )
    return Reference(facts, tuple(spaces), learned.labels.astype(np.int8), rows)


def space_reference(features: Features, groups: np.ndarray, sees_levelled: bool) -> SpaceReference:
    """Return features float32 [m, D] along the axes of their largest variance, rounded as they will be kept."""
    axes = axes_of(features, AXES)
    training = training_of(axes.rounded(features), groups)
    return SpaceReference(axes.mean, axes.axes, axes.steps, training, sees_levelled)


def _features(images: np.ndarray, extractor: Extractor, progress: Progress) -> Features:
    found = []
    for start in range(0, len(images), BATCH):
        found.append(extractor.features(images[start : start + BATCH]))
        progress(min(start + BATCH, len(images)), len(images))
    return np.concatenate(found)
