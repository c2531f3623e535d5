"""The image files that a command is given: named one by one, or by their folder."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from lesionlab.core.errors import InputError
from lesionlab.records.synthetic import MANIFEST_NAME, SHEET_NAME

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif")


def find_images(names: Sequence[str]) -> list[Path]:
    """Return the files named, and for each folder the image files in it and below it, folder by folder, by name.

    What is hidden, a sheet beside the images it shows, and links to folders are passed over. A file that is named
    twice comes once.

    Raises:
        InputError: a folder holds no image.
        OSError: a folder may not be read.
    """
    paths: list[Path] = []
    for name in names:
        path = Path(name)
        found = list(_below(path)) if path.is_dir() else [path]
        if not found:
            raise InputError(f"The folder {path} holds no image.", f"Known endings: {', '.join(SUFFIXES)}.")
        paths += found
    return list(dict.fromkeys(paths))


def _below(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder, onerror=_raise):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        sheets = {SHEET_NAME} if MANIFEST_NAME in files else set()
        for name in sorted(files):
            if name.lower().endswith(SUFFIXES) and not name.startswith(".") and name not in sheets:
                yield Path(place, name)


def _raise(error: OSError) -> None:
    raise error
