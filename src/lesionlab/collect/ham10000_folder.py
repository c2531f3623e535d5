"""HAM10000 from a folder of what was downloaded, archives or unpacked, laid out for `data prepare`."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from lesionlab.collect.ham10000_layout import (
    RECORD_NAME,
    Stages,
    image_files,
    metadata_in,
    metadata_name,
    place_in,
    silent_stages,
)
from lesionlab.collect.unpack import member_names, unpack
from lesionlab.core.errors import CollectError
from lesionlab.core.files import write_bytes
from lesionlab.core.toy_table import TOY_CAUSE, TOY_CURE, find_toy_table, is_toy_name

ARCHIVES_NAME = "archives"


def lay_out_folder(source: Path, parent: Path, stages: Stages = silent_stages) -> Path:
    """Return a folder in the layout for a folder of downloaded archives, or of what was unpacked from them.

    What is unpacked already is used where it lies; archives in it are unpacked to a folder below `parent`.

    Raises:
        CollectError: there is no such folder, it holds a reduced table only, or an archive in it is damaged.
    """
    archives = _archives(source)
    if not archives:
        _refuse_toy(source)
        return source
    places = [place_in(archive.name) for archive in archives]
    wanted = {
        place for archive, where in zip(archives, places, strict=True) for place in map(where, member_names(archive))
    }
    loose = {file.name for file in image_files(source)} if source.is_dir() else set()
    tables = metadata_in(source) if source.is_dir() else None
    images = {Path(place).name for place in wanted if place and "/" in place}
    if tables is not None and images and images <= loose:
        return source
    folder = parent / _name_for(source)
    (folder / RECORD_NAME).unlink(missing_ok=True)
    lay_out([*archives, *([tables] if tables is not None else [])], folder, stages)
    for file in image_files(source) if loose else ():
        _copy(file, folder / file.parent.name / file.name)
    shutil.rmtree(folder / ARCHIVES_NAME, ignore_errors=True)
    return folder


def _archives(source: Path) -> list[Path]:
    """Return the archives at a place that hold files of HAM10000."""
    if not source.exists():
        raise CollectError(
            f"There is no folder {source}, and no host of that name.",
            "Give kaggle, dataverse, isic, or the folder of what you downloaded.",
        )
    files = [source] if source.is_file() else sorted(source.iterdir())
    zips = [file for file in files if file.is_file() and file.suffix.lower() == ".zip"]
    return [file for file in zips if any(map(place_in(file.name), member_names(file)))]


def _refuse_toy(source: Path) -> None:
    toy = find_toy_table(source)
    if toy is not None and (source.is_file() or metadata_in(source) is None):
        raise CollectError(f"{toy} {TOY_CAUSE}.", TOY_CURE)
    if source.is_file():
        raise CollectError(f"{source} is no archive of HAM10000.", "Give the folder of what you downloaded.")


def lay_out(files: Sequence[Path], folder: Path, stages: Stages) -> None:
    """Unpack archives, and the archives in them, into `folder`; copy tables.

    Raises:
        CollectError: an archive is damaged, or images or metadata are missing from them all.
    """
    names: list[str] = []
    for file in files:
        names += _unpack(file, folder, stages) if file.suffix.lower() == ".zip" else _copy_table(file, folder)
    for nested in sorted((folder / ARCHIVES_NAME).glob("*.zip")):
        if nested not in files:
            names += _unpack(nested, folder, stages)
    if not any(image_files(folder)) or metadata_in(folder) is None:
        if any(map(is_toy_name, names)):
            raise CollectError(f"{files[0]} holds tables only, and each {TOY_CAUSE}.", TOY_CURE)
        lacks = "images" if metadata_in(folder) is not None else "HAM10000_metadata.csv"
        raise CollectError(
            f"What was downloaded ({', '.join(file.name for file in files)}) holds no {lacks}.",
            "Take the whole download: HAM10000_metadata and both HAM10000_images_part archives.",
        )


def _unpack(archive: Path, folder: Path, stages: Stages) -> list[str]:
    with stages(f"Unpacking {archive.name}", "MB") as progress:
        unpack(archive, folder, place_in(archive.name), progress)
    return [name.rpartition("/")[2] for name in member_names(archive)]


def _copy_table(file: Path, folder: Path) -> list[str]:
    write_bytes(folder / metadata_name(file.name), file.read_bytes())
    return [file.name]


def _copy(file: Path, target: Path) -> None:
    if not target.is_file() or target.stat().st_size != file.stat().st_size:
        write_bytes(target, file.read_bytes())


def _name_for(source: Path) -> str:
    place = source.resolve()
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", place.stem).strip("-") or "folder"
    return f"from-{stem[:40]}-{hashlib.sha256(str(place).encode()).hexdigest()[:8]}"
