"""Smaller training parts: whole lesion groups, the class mix kept, each size within the next."""

from __future__ import annotations

from lesionlab.core.errors import InputError
from lesionlab.core.seeds import derive_seed
from lesionlab.data.dealing import strata
from lesionlab.data.prepared import Part, PreparedData
from lesionlab.records.seen_groups import seen_groups
from lesionlab.records.split import Split

WHOLE = 0.99  # of the part: whoever asks for as many gets all of it


def subset_groups(part: Part, images: int, seed: int) -> frozenset[str]:
    """Return lesion groups of about `images` images: of each class its share, in an order drawn by the seed.

    A group is taken when more than half of it fits. A smaller subset of the same seed lies within a larger one; each
    class keeps at least one group.

    Raises:
        InputError: fewer images than classes, or more than there are.
    """
    every = len(part.labels)
    if not len(part.classes) <= images <= every:
        raise InputError(
            f"A subset of {images:,} images was asked for; the training part has {every:,} of {len(part.classes)} "
            "classes.",
            f"Give {len(part.classes)} to {every:,}.",
        )
    if images >= WHOLE * every:
        return frozenset(part.groups)
    rows = [part.data.split.rows[index] for index in part.indices.tolist()]
    chosen: set[str] = set()
    for groups in strata(rows, {row.image_id: row.group for row in rows}).values():
        quota = images * sum(group.images for group in groups) / every
        have = 0
        for group in sorted(groups, key=lambda group: (derive_seed("subset", seed, group.name), group.name)):
            if have and have + group.images / 2 > quota:
                break
            chosen.add(group.name)
            have += group.images
    return frozenset(chosen)


def subset_data(data: PreparedData, groups: frozenset[str]) -> PreparedData:
    """Return the data with these groups alone in its training part; validation and test stay as they are."""
    if groups == frozenset(data.part("train").groups):
        return data
    rows = tuple(row for row in data.split.rows if row.part != "train" or row.group in groups)
    return data.under(Split(rows, data.split.classes), f"of {len(groups):,} training groups")


def groups_sha256(part: Part) -> str:
    """Return the SHA-256 of the list of a part's images, as `groups.csv` has the training images of an export."""
    return seen_groups(train=zip(part.groups, part.image_ids, strict=True)).sha256
