"""Siblings that are known whatever a table says: the images of HAM10000 by their ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from lesionlab.core.errors import LeakError
from lesionlab.data.groups import all_duplicates, lesion_groups
from lesionlab.data.known_lesions import ham10000_lesions


@cache
def known_groups() -> Mapping[str, str]:
    """Return the lesion group of each image of HAM10000."""
    return lesion_groups(ham10000_lesions(), all_duplicates())


def refuse_torn(group_of: Mapping[str, str]) -> None:
    """Refuse groups, given by image id, in which images of one known lesion lie apart, as when splitting by image.

    Raises:
        LeakError: a known group comes in several.
    """
    known = known_groups()
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for image_id, group in group_of.items():
        if image_id in known:
            found[known[image_id]].setdefault(group, image_id)
    torn = {name: list(examples.values()) for name, examples in found.items() if len(examples) > 1}
    if torn:
        name, (one, other, *_) = next(iter(torn.items()))
        raise LeakError(
            f"{len(torn):,} lesions of HAM10000 are torn apart: {one} and {other} show {name} and are in two groups, "
            "so that a split would put one beside the other's test.",
            "Split by lesion, not by image: give the images of a lesion its lesion id (lesion_id of the metadata).",
        )
