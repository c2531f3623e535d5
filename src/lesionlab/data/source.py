"""What a place holds, in one shape for every layout: usable rows, the file of each, and the defects found."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.errors import DataError, InputError
from lesionlab.data.groups import found_duplicates, known_duplicates
from lesionlab.data.problems import Problem, gather
from lesionlab.data.rows import ImageRow

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp")


@dataclass(frozen=True)
class Source:
    """A set of images as it lies on the disk, before it is split.

    `rows`, in the order of their ids, include images whose file is missing, so that the split does not depend on them;
    `files` does not.
    """

    layout: str  # "ham10000", "isic2017", "folders" or "table"
    name: str  # what the source is called in metadata and reports
    place: Path
    rows: tuple[ImageRow, ...]
    files: dict[str, Path]
    problems: dict[str, Problem]
    unlisted: int  # image files that no row names
    fingerprint: str  # changes when the metadata, a file's size or its time changes
    licence: str = ""  # a code of core.licences; blank: the source does not say
    attribution: str = ""
    pairs: tuple[tuple[str, str], ...] = ()  # images of one lesion under two lesion ids
    notes: tuple[str, ...] = field(default=())  # what a user should know of it
    arguments: tuple[str, ...] = ()  # the words after `data prepare` that read it again
    classes: tuple[str, ...] = HAM10000_CODES  # the class list of a split of it; testing alone keeps all seven


def narrowed(source: Source, only: Mapping[str, str]) -> Source:
    """Return the images of a source whose details have these values, such as {"split": "test"}.

    Raises:
        InputError: no image has such a detail, or none has this value.
    """
    rows = source.rows
    for column, value in only.items():
        values = sorted({row.details[column] for row in rows if column in row.details})
        rows = tuple(row for row in rows if row.details.get(column) == value)
        if not rows:
            there = f"Values of {column} there: {', '.join(values[:9])}." if values else f"Columns: {_columns(source)}."
            raise InputError(f"No image has {column}={value}.", there)
    kept = {row.image_id for row in rows}
    dropped = {row.image_id for row in source.rows} - kept
    left = gather({defect: set(problem.ids) - dropped for defect, problem in source.problems.items()})
    words = (word for column, value in only.items() for word in ("--only", f"{column}={value}"))
    return replace(
        source,
        rows=rows,
        files={image_id: path for image_id, path in source.files.items() if image_id in kept},
        problems={
            defect: problem if problem.count != len(problem.ids) else left[defect]
            for defect, problem in source.problems.items()
            if problem.count != len(problem.ids) or defect in left
        },
        fingerprint=f"{source.fingerprint} {sorted(only.items())}" if only else source.fingerprint,
        arguments=(*source.arguments, *words),
    )


def _columns(source: Source) -> str:
    return ", ".join(dict.fromkeys(column for row in source.rows for column in row.details)) or "none"


def read_rows(content: bytes, path: Path, needed: Sequence[str], cure: str) -> list[dict[str, str]]:
    """Return the rows of a CSV or tab-separated table, stripped, each with its `line`.

    Raises:
        DataError: it is no such table, lacks a needed column, or has no rows.
    """
    try:
        text = content.decode("utf-8-sig")
        delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
        reader = csv.DictReader(io.StringIO(text), restval="", delimiter=delimiter)
        columns = reader.fieldnames or []
        missing = [name for name in needed if name not in columns]
        if missing:
            raise DataError(
                f"{path} lacks the column {' and '.join(missing)}; it has: {', '.join(columns) or 'none'}.", cure
            )
        rows = [
            {key: value.strip() for key, value in row.items() if isinstance(value, str)} | {"line": str(number)}
            for number, row in enumerate(reader, start=2)
        ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} is no CSV table: {error}.", cure) from error
    if not rows:
        raise DataError(f"{path} has no rows.", cure)
    return rows


def find_files(
    folders: Iterable[Path], takes: Callable[[str], bool] = lambda name: True
) -> tuple[dict[str, Path], set[str]]:
    """Return the image file of each id (its name without the suffix), and the ids with two different files."""
    files: dict[str, Path] = {}
    contradicting = set()
    for entry in image_entries(folders):
        image_id = Path(entry.name).stem
        if not takes(entry.name):
            continue
        # Kaggle's archive holds each image twice, in folders that differ in case alone.
        if image_id in files and files[image_id].stat().st_size != entry.stat().st_size:
            contradicting.add(image_id)
        files.setdefault(image_id, Path(entry.path))
    return files, contradicting


def image_entries(folders: Iterable[Path]) -> Iterator[os.DirEntry[str]]:
    """Yield the image files that lie directly in these folders."""
    for folder in folders:
        with os.scandir(folder) as entries:
            yield from (e for e in entries if e.name.lower().endswith(IMAGE_SUFFIXES) and not e.name.startswith("."))


def files_of(
    rows: Iterable[ImageRow], files: Mapping[str, Path], contradicting: Collection[str]
) -> tuple[dict[str, Path], dict[str, list[str]]]:
    """Return the file of each row that has one and no other, and by defect the ids of those that have not."""
    ids = [row.image_id for row in rows]
    used = {image_id: files[image_id] for image_id in ids if image_id in files and image_id not in contradicting}
    return used, {
        "missing images": [image_id for image_id in ids if image_id not in files],
        "images with two different files": [image_id for image_id in ids if image_id in contradicting],
    }


def fingerprint_of(description: bytes, files: Mapping[str, Path]) -> str:
    """Return a digest of what describes the images, of the size and time of each file, and of the pairs known."""
    digest = hashlib.sha256(description)
    digest.update(repr((known_duplicates(), found_duplicates())).encode())  # one more splits otherwise
    for image_id, path in files.items():
        stat = path.stat()
        digest.update(f"{image_id} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def counted(words: Iterable[str]) -> Problem:
    """Return one problem over all these words: how many in all, and each word with its count, most first."""
    counts = Counter(word or "(blank)" for word in words)
    listed = tuple(f"{word} ({count:,})" for word, count in counts.most_common())
    return Problem(counts.total(), listed)


def checked_folder(place: Path, cure: str) -> Path:
    """Return the folder.

    Raises:
        DataError: it is not there, is a file, or is empty.
    """
    if not place.exists():
        raise DataError(f"There is no folder {place}.", cure)
    if not place.is_dir():
        raise DataError(f"{place} is a file, not a folder.", cure)
    if not any(place.iterdir()):
        raise DataError(f"The folder {place} is empty.", cure)
    return place
