"""Another split of prepared images than their own: it may regroup parts, never tear a lesion group."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import DataError, LeakError
from lesionlab.records.split import Split


def positions_under(own: Split, other: Split, where: str) -> NDArray[np.int64]:
    """Return which row of `own` each row of `other` is: int64 [n]; images that `other` leaves out are withheld.

    Raises:
        DataError: `other`, read from `where`, has other classes, or images or diagnoses that `own` has not.
        LeakError: it puts an image into another group or lesion, so that siblings may come apart.
    """
    if other.classes != own.classes:
        raise DataError(
            f"The split {where} has the classes {' '.join(other.classes)}, the data {' '.join(own.classes)}.",
            "Make the split again from this data.",
        )
    place = {row.image_id: number for number, row in enumerate(own.rows)}
    foreign = [row.image_id for row in other.rows if row.image_id not in place]
    if foreign:
        raise DataError(
            f"{len(foreign):,} of {len(other.rows):,} images of the split {where} are not in the data, such as "
            f"{foreign[0]}.",
            "Name the data set that the split was made from.",
        )
    pairs = [(row, own.rows[place[row.image_id]]) for row in other.rows]
    torn = [(new, old) for new, old in pairs if (new.group, new.lesion_id) != (old.group, old.lesion_id)]
    if torn:
        new, old = torn[0]
        raise LeakError(
            f"The split {where} puts {len(torn):,} images into other lesion groups than the data does: {new.image_id} "
            f"into {new.group}, not {old.group}; its siblings may then lie in another part.",
            "Keep the groups of the data: make the split with `lesionlab data split`.",
        )
    relabelled = [new for new, old in pairs if new.diagnosis != old.diagnosis]
    if relabelled:
        raise DataError(
            f"The split {where} gives {len(relabelled):,} images another diagnosis than the data does, such as "
            f"{relabelled[0].image_id}.",
            "Make the split again from this data.",
        )
    return np.array([place[row.image_id] for row in other.rows], np.int64)
