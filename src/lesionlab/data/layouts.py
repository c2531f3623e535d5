"""Which layout a place has, told from what lies there, and its reader."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args

from lesionlab.core.errors import DataError, InputError
from lesionlab.core.toy_table import TOY_CAUSE, TOY_CURE, find_toy_table
from lesionlab.data.folders import read_folders
from lesionlab.data.ham10000 import WHERE_TO_GET, metadata_file, read_ham10000
from lesionlab.data.isic2017 import is_isic2017, read_isic2017
from lesionlab.data.mapping import read_mapping
from lesionlab.data.source import Source, checked_folder, image_entries
from lesionlab.data.table import read_table

Layout = Literal["ham10000", "isic2017", "folders", "table"]
LAYOUTS: tuple[Layout, ...] = get_args(Layout)
LAYOUT_NAMES = {
    "ham10000": "HAM10000, its metadata and image folders",
    "isic2017": "ISIC 2017, part 3",
    "folders": "a folder for each diagnosis",
    "table": "a table with a mapping",
}
_ANY = (
    "What is read: HAM10000 (a folder with HAM10000_metadata.csv), ISIC 2017 (labels.csv and images/), a folder for "
    "each diagnosis, or a CSV table with --mapping; see docs/data.md."
)


def recognise(place: Path, has_mapping: bool) -> Layout:
    """Return the layout of a place.

    Raises:
        DataError: nothing that is read here lies there; what would be right is told.
    """
    if place.is_file() and place.suffix.lower() in (".csv", ".tsv", ".tab"):
        _refuse_toy(place)
        return "table"
    folder = checked_folder(place, WHERE_TO_GET)
    if metadata_file(folder) is not None:
        return "ham10000"
    if is_isic2017(folder):
        return "isic2017"
    inside = [path for path in folder.iterdir() if not path.name.startswith(".")]
    folders = [path for path in inside if path.is_dir()]
    _refuse_toy(folder)
    if any(path.suffix.lower() in (".csv", ".tsv", ".tab") for path in inside):
        if has_mapping:
            return "table"
        if not any(True for _ in image_entries(folders)):
            raise DataError(f"The folder {place} holds a table and no HAM10000_metadata.csv.", _ANY)
    if folders:
        return "folders"
    raise DataError(f"The folder {place} holds no HAM10000_metadata.csv.", f"{WHERE_TO_GET} {_ANY}")


def read_source(place: Path, layout: str = "", mapping_file: Path | None = None) -> Source:
    """Read a place in its layout, or in the one named.

    Raises:
        DataError: the layout cannot be told, or the place cannot be read in it.
        InputError: a mapping for a layout that takes none.
    """
    chosen = layout or recognise(place, mapping_file is not None)
    mapping = read_mapping(mapping_file) if mapping_file is not None else None
    if mapping is not None and chosen not in ("folders", "table"):
        raise InputError(f"The layout {chosen} takes no mapping.", "Leave out --mapping, or name a --layout.")
    if chosen == "ham10000":
        source = read_ham10000(place)
    elif chosen == "isic2017":
        source = read_isic2017(place)
    else:
        source = read_folders(place, mapping) if chosen == "folders" else read_table(place, mapping)
    words = (*(("--layout", layout) if layout else ()),)
    if mapping_file is not None:
        words += ("--mapping", str(mapping_file.resolve()))
    return replace(source, arguments=(*source.arguments, *words))


def _refuse_toy(place: Path) -> None:
    if (table := find_toy_table(place)) is not None:
        raise DataError(f"{table} {TOY_CAUSE}.", TOY_CURE)
