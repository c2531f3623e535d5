"""The lesions of HAM10000 by image id: its images keep their siblings in whatever set they come again."""

from __future__ import annotations

from functools import cache

from lesionlab.core.resources import splits_folder
from lesionlab.records.split import read_split


@cache
def ham10000_lesions() -> dict[str, str]:
    """Return the lesion of each image of HAM10000, from the committed release split."""
    rows = read_split(splits_folder() / "ham10000-release.csv").rows
    return {row.image_id: row.lesion_id for row in rows}
