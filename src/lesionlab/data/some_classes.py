"""Some of the diagnoses of a part, as a part with a class list of its own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from lesionlab.core.errors import InputError
from lesionlab.core.names import did_you_mean
from lesionlab.data.prepared import Part


def of_classes(part: Part, codes: Collection[str]) -> Part:
    """Return the images of these diagnoses alone, which become the class list, in the part's order.

    Without a code the part comes back as it is.

    Raises:
        InputError: a code is not in the part's class list.
    """
    unknown = [code for code in codes if code not in part.classes]
    if unknown:
        raise InputError(
            f"'{part.data.name}' has no diagnosis '{unknown[0][:40]}'.", did_you_mean(unknown[0][:40], part.classes)
        )
    if not codes:
        return part
    chosen = [label for label, code in enumerate(part.classes) if code in codes]
    places = np.flatnonzero(np.isin(part.labels, chosen))
    return replace(
        part,
        classes=tuple(part.classes[label] for label in chosen),
        image_ids=tuple(part.image_ids[place] for place in places),
        groups=tuple(part.groups[place] for place in places),
        lesions=tuple(part.lesions[place] for place in places),
        labels=np.searchsorted(chosen, part.labels[places]).astype(np.int64),
        indices=part.indices[places],
    )
