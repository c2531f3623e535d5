"""The reduced tables that come with some downloads of HAM10000: pixels and labels, and nothing to group by."""

from __future__ import annotations

import re
from pathlib import Path

TOY_CAUSE = "is a table of reduced pixels (28x28 or 8x8) without lesion ids: toy use only"
TOY_CURE = (
    "No lesion ids, so siblings would land on both sides of a split: take the images and HAM10000_metadata.csv of the "
    "same download (`lesionlab collect ham10000`), or practise on drawn lesions (`lesionlab data prepare --procedural "
    "700 --size 32`)."
)


def is_toy_name(name: str) -> bool:
    """Tell whether a file name is that of a reduced table, such as `hmnist_28_28_RGB.csv`."""
    return re.fullmatch(r"hmnist_\d+_\d+_(?:rgb|l)(?:[ _(-].*)?\.csv", name, re.IGNORECASE) is not None


def find_toy_table(place: Path) -> Path | None:
    """Return the reduced table at `place`, a file by its name or head, or a folder that holds one; else None."""
    if place.is_file():
        return place if is_toy_name(place.name) or _has_toy_head(place) else None
    if not place.is_dir():
        return None
    return next((path for path in sorted(place.iterdir()) if path.is_file() and is_toy_name(path.name)), None)


def _has_toy_head(path: Path) -> bool:
    if path.suffix.lower() != ".csv":
        return False
    with path.open("rb") as file:
        head = file.read(24)
    return head.startswith((b"pixel0000,pixel0001", b'"pixel0000","pixel0001'))
