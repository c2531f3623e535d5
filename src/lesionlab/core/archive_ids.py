"""Ids of the ISIC Archive: they name one image in whatever set it comes; other ids do so within their source only."""

from __future__ import annotations

import re

_OF_ARCHIVE = re.compile(r"ISIC_\d{7}")


def archive_id(image_id: str) -> str:
    """Return the archive's id in an image id such as "ISIC_0024306" or "source:ISIC_0024306", blank when it is none."""
    bare = image_id.rpartition(":")[2]
    return bare if _OF_ARCHIVE.fullmatch(bare) else ""
