"""What lies in a prepared folder, written so that a folder with `prepared.json` is whole."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lesionlab import __version__
from lesionlab.core.errors import DataError, InputError
from lesionlab.core.files import write_json, write_text
from lesionlab.core.home import cache_folder
from lesionlab.data.prepared import (
    METADATA_NAME,
    RECORD_NAME,
    SPLIT_NAME,
    VERSION,
    PreparedData,
    PreparedRecord,
    open_folder,
    pixels_path,
)
from lesionlab.data.problems import Problem
from lesionlab.data.rows import ImageRow
from lesionlab.records.codec import to_plain
from lesionlab.records.split import PARTS, Split, write_split

SIZE_RANGE_PX = (8, 512)


@dataclass(frozen=True)
class Origin:
    """Where prepared pixels come from, and what was found wrong there and left out."""

    kind: str  # "ham10000" or "procedural"
    source: str
    fingerprint: str
    seed: int
    problems: dict[str, Problem] = field(default_factory=dict)
    unlisted: int = 0


def folder_of(name: str) -> Path:
    """Return the folder of a prepared data set.

    Raises:
        InputError: the name is no plain folder name.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
        raise InputError(f"'{name[:70]}' is no name for a data set.", "Use letters, digits, '.', '_' and '-'.")
    return cache_folder() / name


def checked_sizes(sizes_px: Iterable[int]) -> tuple[int, ...]:
    """Return the sizes in order, each once.

    Raises:
        InputError: none is given, or one lies outside the range.
    """
    sizes = tuple(sorted(set(sizes_px)))
    low, high = SIZE_RANGE_PX
    wrong = [size for size in sizes if not low <= size <= high]
    if wrong or not sizes:
        raise InputError(f"Size {wrong[0] if wrong else 'none'} is not accepted.", f"Give {low} to {high} pixels.")
    return sizes


def matching(folder: Path, kind: str, fingerprint: str, seed: int) -> PreparedData | None:
    """Return what is prepared there when it is whole and its source is unchanged, else None.

    Raises:
        DataError: the name belongs to data of another kind or to a split of another seed.
    """
    try:
        data = open_folder(folder)
        for size in data.sizes_px:
            data.pixels(size)
    except DataError:
        return None
    if (data.record.kind, data.record.seed) != (kind, seed):
        raise DataError(
            f"'{data.name}' is prepared already, from {data.record.kind} with seed {data.record.seed}.",
            f"Give another name with --name, or delete {folder} if no run needs it.",
        )
    return data if data.record.fingerprint == fingerprint else None


def targets(folder: Path, sizes_px: Iterable[int]) -> dict[int, Path]:
    """Return the pixel file to write for each size, after clearing what a killed preparation left behind."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(".*.part"):
        left.unlink(missing_ok=True)
    return {size: pixels_path(folder, size) for size in sizes_px}


def withdraw(folder: Path) -> None:
    """Take away `prepared.json`, so that the folder counts as unprepared until it is written again."""
    (folder / RECORD_NAME).unlink(missing_ok=True)


def finish(
    folder: Path, origin: Origin, split: Split, sizes_px: tuple[int, ...], images: Iterable[ImageRow]
) -> PreparedData:
    """Write split and metadata, drop pixels of sizes no longer there, and write `prepared.json` last."""
    withdraw(folder)
    write_split(folder / SPLIT_NAME, split)
    write_text(folder / METADATA_NAME, _metadata(split, images))
    keep = {pixels_path(folder, size) for size in sizes_px}
    for path in folder.glob("pixels-*.npy"):
        if path not in keep:
            path.unlink()
    write_json(folder / RECORD_NAME, to_plain(_record(folder.name, origin, split, sizes_px)))
    return open_folder(folder)


def add_sizes(data: PreparedData, sizes_px: Sequence[int]) -> PreparedData:
    """Record that pixels of more sizes lie beside the others."""
    record = replace(data.record, sizes_px=tuple(sorted({*data.sizes_px, *sizes_px})))
    write_json(data.folder / RECORD_NAME, to_plain(record))
    return open_folder(data.folder)


def without(split: Split, dropped: Collection[str]) -> Split:
    """Return the split without the images of these ids; all others keep their part."""
    return Split(tuple(row for row in split.rows if row.image_id not in dropped), split.classes)


def _record(name: str, origin: Origin, split: Split, sizes_px: tuple[int, ...]) -> PreparedRecord:
    counted = Counter((row.part, row.diagnosis) for row in split.rows)
    return PreparedRecord(
        version=VERSION,
        name=name,
        kind=origin.kind,
        source=origin.source,
        fingerprint=origin.fingerprint,
        seed=origin.seed,
        images=len(split.rows),
        lesions=len({row.lesion_id for row in split.rows}),
        groups=len({row.group for row in split.rows}),
        classes=split.classes,
        counts={part: {code: counted[part, code] for code in split.classes} for part in PARTS},
        split_sha256=split.sha256,
        sizes_px=sizes_px,
        problems=origin.problems,
        unlisted=origin.unlisted,
        lesionlab=__version__,
    )


def _metadata(split: Split, images: Iterable[ImageRow]) -> str:
    details = {image.image_id: image.details for image in images}
    columns = list(dict.fromkeys(name for values in details.values() for name in values))
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["image_id", *columns])
    writer.writerows([r.image_id, *(details[r.image_id].get(c, "") for c in columns)] for r in split.rows)
    return buffer.getvalue()
