"""A split that tests given lesion groups, trains on the others and keeps some of those to choose on."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from lesionlab.core.errors import DataError
from lesionlab.data.dealing import deal, strata
from lesionlab.data.prepared import PreparedData
from lesionlab.records.split import Split

INNER_SHARES = {"train": 7, "validation": 1}  # of what is not tested: with five folds 70, 10 and 20 percent of all


def hold_out(split: Split, tested: Collection[str], draw: Callable[[str], int], added: Collection[str] = ()) -> Split:
    """Return the images in their order: the groups in `tested` are tested, an eighth of the others is validation.

    Ids in `added` are for training alone: where their group is tested or chosen on, they are withheld.

    Raises:
        DataError: a class has no group left to train or to choose on.
    """
    rest = [row for row in split.rows if row.group not in tested]
    groups = strata((row for row in rest if row.image_id not in added), {row.image_id: row.group for row in rest})
    part_of = dict.fromkeys(tested, "test")
    for code in split.classes:
        part_of |= deal(groups[code], INNER_SHARES, draw)
    short = [code for code in split.classes if {part_of[g.name] for g in groups[code]} != set(INNER_SHARES)]
    if short:
        raise DataError(
            f"Too few lesions are left of {', '.join(short)}: every class is needed in training and in validation.",
            "Hold out less, or add images of these classes.",
        )
    rows = (replace(row, part=part_of.get(row.group, "train")) for row in split.rows)
    return Split(tuple(row for row in rows if row.part == "train" or row.image_id not in added), split.classes)


def added_images(data: PreparedData) -> frozenset[str]:
    """Return the ids of the images that were added from collections: they are for training alone."""
    if data.record.additions is None:
        return frozenset()
    return frozenset(row["image_id"] for row in data.metadata if row["image_id"].startswith(f"{row['source']}:"))
