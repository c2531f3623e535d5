"""What lies in a prepared folder, written so that a folder with `prepared.json` is whole."""

from __future__ import annotations

import csv
import io
import re
import shlex
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

from lesionlab import __version__
from lesionlab.core.errors import DataError, InputError
from lesionlab.core.files import write_json, write_text
from lesionlab.core.home import cache_folder
from lesionlab.data.additions import AdditionsRecord
from lesionlab.data.prepared import METADATA_NAME, SPLIT_NAME, PreparedData, open_folder, pixels_path
from lesionlab.data.prepared_record import RECORD_NAME, VERSION, PreparedRecord
from lesionlab.data.problems import Problem
from lesionlab.data.rights import PROVENANCE_COLUMNS, attributions_of, licence_of_all
from lesionlab.records.codec import to_plain
from lesionlab.records.split import EXTERNAL, PARTS, Split, write_split

SIZE_RANGE_PX = (8, 512)


@dataclass(frozen=True)
class Origin:
    """Where prepared pixels come from, and what was found wrong there and left out."""

    kind: str  # a layout of `layouts`, or "procedural"
    source: str
    arguments: tuple[str, ...]
    fingerprint: str
    seed: int
    external: bool = False
    problems: dict[str, Problem] = field(default_factory=dict)
    unlisted: int = 0
    notes: tuple[str, ...] = ()
    additions: AdditionsRecord | None = None


Metadata = Mapping[str, Mapping[str, str]]
"""The columns of each image by its id; those of `rights.PROVENANCE_COLUMNS` are there for every image."""


def folder_of(name: str) -> Path:
    """Return the folder of a prepared data set.

    Raises:
        InputError: the name is no plain folder name.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
        raise InputError(f"'{name[:70]}' is no name for a data set.", "Use letters, digits, '.', '_' and '-'.")
    return cache_folder() / name


def name_for(source: str) -> str:
    """Return the name of a data set that is called after its source."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", source).strip("-._")[:64] or "images"


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


def matching(folder: Path, origin: Origin) -> PreparedData | None:
    """Return what is prepared there when it is whole and its source is unchanged, else None.

    Raises:
        DataError: the name belongs to data of another kind, seed or use, or with other additions.
    """
    try:
        data = open_folder(folder)
        for size in data.sizes_px:
            data.pixels(size)
    except DataError:
        return None
    record = data.record
    there = _described(record)
    if there != _described(origin):
        raise DataError(
            f"'{data.name}' is prepared already, from {there}.",
            f"Give another name with --name, or delete {folder} if no run needs it.",
        )
    return data if record.fingerprint == origin.fingerprint else None


def _described(made: PreparedRecord | Origin) -> str:
    """Return in words what a set is made of; another one must not take its name."""
    use = " as an external test set" if made.external else ""
    pairs = pairwise(made.arguments)
    chosen = "".join(f" {word} {value}" for word, value in pairs if word in ("--only", "--apart-from"))
    text = f"{made.kind} with seed {made.seed}{use}"
    additions = made.additions
    if additions is None:
        return f"{text}{chosen}"
    limits = f" ({shlex.join(additions.filters)})" if additions.filters else ""
    return f"{text} and images added from {', '.join(additions.manifests)}{limits}"


def targets(folder: Path, sizes_px: Iterable[int]) -> dict[int, Path]:
    """Return the pixel file to write for each size, after clearing what a killed preparation left behind."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(".*.part"):
        left.unlink(missing_ok=True)
    return {size: pixels_path(folder, size) for size in sizes_px}


def withdraw(folder: Path) -> None:
    """Take away `prepared.json`, so that the folder counts as unprepared until it is written again."""
    (folder / RECORD_NAME).unlink(missing_ok=True)


def finish(folder: Path, origin: Origin, split: Split, sizes_px: tuple[int, ...], metadata: Metadata) -> PreparedData:
    """Write split and metadata, drop pixels of sizes no longer there, and write `prepared.json` last."""
    withdraw(folder)
    write_split(folder / SPLIT_NAME, split)
    write_text(folder / METADATA_NAME, _as_csv(split, metadata))
    keep = {pixels_path(folder, size) for size in sizes_px}
    for path in folder.glob("pixels-*.npy"):
        if path not in keep:
            path.unlink()
    write_json(folder / RECORD_NAME, to_plain(_record(folder.name, origin, split, sizes_px, metadata)))
    return open_folder(folder)


def add_sizes(data: PreparedData, sizes_px: Sequence[int]) -> PreparedData:
    """Record that pixels of more sizes lie beside the others."""
    record = replace(data.record, sizes_px=tuple(sorted({*data.sizes_px, *sizes_px})))
    write_json(data.folder / RECORD_NAME, to_plain(record))
    return open_folder(data.folder)


def without(split: Split, dropped: Collection[str]) -> Split:
    """Return the split without the images of these ids; all others keep their part."""
    return Split(tuple(row for row in split.rows if row.image_id not in dropped), split.classes)


def _record(name: str, origin: Origin, split: Split, sizes_px: tuple[int, ...], metadata: Metadata) -> PreparedRecord:
    counted = Counter((row.part, row.diagnosis) for row in split.rows)
    of_source = Counter((metadata[row.image_id]["source"], row.diagnosis) for row in split.rows)
    attributions = attributions_of(metadata[row.image_id] for row in split.rows)
    return PreparedRecord(
        version=VERSION,
        name=name,
        kind=origin.kind,
        source=origin.source,
        arguments=origin.arguments,
        fingerprint=origin.fingerprint,
        seed=origin.seed,
        images=len(split.rows),
        lesions=len({row.lesion_id for row in split.rows}),
        groups=len({row.group for row in split.rows}),
        classes=split.classes,
        counts={
            part: {code: counted[part, code] for code in split.classes}
            for part in ((EXTERNAL,) if origin.external else PARTS)
        },
        split_sha256=split.sha256,
        sizes_px=sizes_px,
        problems=origin.problems,
        unlisted=origin.unlisted,
        notes=origin.notes,
        sources={
            source: {code: of_source[source, code] for code in split.classes}
            for source in dict.fromkeys(source for source, _ in of_source)
        },
        licences=dict(Counter(metadata[row.image_id]["licence"] for row in split.rows).most_common()),
        licence=licence_of_all(attributions),
        attributions=attributions,
        additions=origin.additions,
        lesionlab=__version__,
    )


def _as_csv(split: Split, metadata: Metadata) -> str:
    details = (name for row in split.rows for name in metadata[row.image_id])
    columns = [name for name in dict.fromkeys(details) if name not in ("image_id", *PROVENANCE_COLUMNS)]
    columns += PROVENANCE_COLUMNS
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["image_id", *columns])
    writer.writerows([r.image_id, *(metadata[r.image_id].get(c, "") for c in columns)] for r in split.rows)
    return buffer.getvalue()
