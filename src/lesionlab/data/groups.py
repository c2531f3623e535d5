"""Lesion groups: what must never lie on both sides of a split."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path


class DisjointSets:
    """Names joined into sets; each set goes by the smallest of its names."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def find(self, name: str) -> str:
        """Return the smallest name of the set that holds `name`."""
        root = name
        while (above := self._parent.setdefault(root, root)) != root:
            root = above
        while name != root:
            self._parent[name], name = root, self._parent[name]
        return root

    def join(self, one: str, other: str) -> None:
        """Make one set of the two that hold these names."""
        low, high = sorted((self.find(one), self.find(other)))
        self._parent[high] = low


def known_duplicates() -> tuple[tuple[str, str], ...]:
    """Return the 18 image pairs that show one lesion under two ids.

    Facts published by K. Abhishek, A. Jain, G. Hamarneh, Sci. Data 12:196 (2025).
    """
    return _pairs("known_duplicates.csv")


def found_duplicates() -> tuple[tuple[str, str], ...]:
    """Return the image pairs that show one lesion under two ids and that LesionLab found itself; see docs/data.md."""
    return _pairs("found_duplicates.csv")


def all_duplicates() -> tuple[tuple[str, str], ...]:
    """Return every pair of HAM10000's images that is known to show one lesion under two ids: published and found."""
    return (*known_duplicates(), *found_duplicates())


def _pairs(name: str) -> tuple[tuple[str, str], ...]:
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return tuple((row["image_id_a"], row["image_id_b"]) for row in rows)


def lesion_groups(lesion_of_image: Mapping[str, str], pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the group of each image: its lesion, joined with the lesions of its known duplicates.

    Pairs that name an image not in `lesion_of_image` are left out. A group goes by its smallest lesion id.
    """
    sets = DisjointSets()
    for one, other in pairs:
        if one in lesion_of_image and other in lesion_of_image:
            sets.join(lesion_of_image[one], lesion_of_image[other])
    return {image_id: sets.find(lesion) for image_id, lesion in lesion_of_image.items()}
