"""The files of HAM10000 in whatever archive they come, and the one folder layout that they are laid out in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from lesionlab.core.errors import CollectError
from lesionlab.core.files import write_json
from lesionlab.core.progress import Progress, silent

SOURCE = "ham10000"
RECORD_NAME = "download.json"
METADATA_NAMES = ("ham10000_metadata.csv", "ham10000_metadata.tab", "ham10000_metadata")
FOLDER_FORM = "HAM10000_images_part_{}"
_FOLDER = re.compile(r"ham10000_images_part_([12])(?:$|[ .(_-])", re.IGNORECASE)
_IMAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\.(?:jpe?g|png)", re.IGNORECASE)
_NESTED = re.compile(r"(?:ham10000_images_part_[12]|dataverse_files|archive)[^/]*\.zip", re.IGNORECASE)


class Stages(Protocol):
    """What draws each stage of the work: called with its name and unit, it gives the progress to report to."""

    def __call__(self, description: str, unit: str) -> AbstractContextManager[Progress]:
        """Begin a stage."""


def silent_stages(description: str, unit: str) -> AbstractContextManager[Progress]:
    """Draw nothing."""
    return nullcontext(silent)


def megabytes(progress: Progress) -> Progress:
    """Return a progress that takes bytes and reports megabytes."""

    def report(done: float, total: float, **figures: float) -> None:
        progress(done / 1e6, total / 1e6, **figures)

    return report


@dataclass(frozen=True)
class DownloadRecord:
    """What `download.json` says; it is written last, so a folder without it is not whole."""

    host: str
    address: str
    files: dict[str, int]  # the archives and tables as they came: name to bytes
    images: int
    fetched_at: str


def place_in(archive: str) -> AnyPlace:
    """Return where each member of an archive of this name belongs: tables, images by part, and archives in it."""
    own_part = _FOLDER.match(archive)

    def place(member: str) -> str | None:
        *folders, name = PurePosixPath(member).parts
        if name.startswith(".") or "__MACOSX" in folders:
            return None
        if name.lower() in METADATA_NAMES:
            return metadata_name(name)
        if _NESTED.fullmatch(name):
            return f"archives/{name}"
        parts = [match for match in map(_FOLDER.match, folders) if match]
        part = parts[-1] if parts else own_part
        return f"{FOLDER_FORM.format(part[1])}/{name}" if part and _IMAGE.fullmatch(name) else None

    return place


class AnyPlace(Protocol):
    """From a member's name to its place in the layout, or None."""

    def __call__(self, member: str) -> str | None:
        """Return the place."""


def metadata_name(name: str) -> str:
    """Return the usual spelling of a metadata table's name; one without a suffix is a CSV."""
    return f"HAM10000_metadata{Path(name).suffix.lower() or '.csv'}"


def metadata_in(folder: Path) -> Path | None:
    """Return the metadata table of a folder, the CSV before the .tab, or None."""
    found = {path.name.lower(): path for path in folder.iterdir() if path.is_file()}
    return next((found[name] for name in METADATA_NAMES if name in found), None)


def image_files(folder: Path) -> Iterator[Path]:
    """Yield the image files in the image folders of a layout."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name.lower().startswith("ham10000_images"):
            yield from (file for file in sorted(path.iterdir()) if _IMAGE.fullmatch(file.name))


def whole_download(folder: Path) -> DownloadRecord | None:
    """Return the record of a folder whose download came to its end and is still all there, else None."""
    try:
        record = DownloadRecord(**json.loads((folder / RECORD_NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    there = sum(1 for _ in image_files(folder))
    return record if metadata_in(folder) is not None and there >= record.images > 0 else None


def write_record(folder: Path, record: DownloadRecord) -> None:
    """Write `download.json`, whole or not at all."""
    write_json(folder / RECORD_NAME, asdict(record))


def by_hand(cause: str, address: str, file_name: str) -> CollectError:
    """Return the error for a host that wants to know who asks: what to do in a browser."""
    return CollectError(
        cause,
        f"Do it by hand: 1. sign in at {address} and accept its terms; 2. download {file_name} to a folder of its own; "
        "3. run `lesionlab collect ham10000 --from FOLDER` (or unpack all there and `lesionlab data prepare FOLDER`).",
    )
