"""HAM10000 in the folder layout of its Kaggle download: two image folders and a metadata table."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.errors import DataError
from lesionlab.data.problems import Problem, gather
from lesionlab.data.rows import ImageRow

METADATA_NAME = "HAM10000_metadata.csv"
IMAGES_PREFIX = "ham10000_images"
IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png")
NEEDED_COLUMNS = ("image_id", "lesion_id", "dx")
KEPT_COLUMNS = ("dx_type", "age", "sex", "localization", "dataset")

WHERE_TO_GET = (
    "Download HAM10000 from Kaggle (kmader/skin-cancer-mnist-ham10000) or Harvard Dataverse (doi:10.7910/DVN/DBW86T), "
    "unpack it, and run `lesionlab data prepare FOLDER` with the folder that holds HAM10000_metadata.csv."
)


@dataclass(frozen=True)
class Ham10000:
    """What a folder holds: usable rows in the order of their ids, the file of each, and the defects found.

    `rows` includes images whose file is missing, so that the split does not depend on them; `files` does not.
    """

    rows: tuple[ImageRow, ...]
    files: dict[str, Path]
    problems: dict[str, Problem]
    unlisted: int  # image files that no row names
    fingerprint: str  # changes when the metadata, a file's size or its time changes


def read_ham10000(source: Path) -> Ham10000:
    """Read the metadata and find the images, without decoding any.

    Raises:
        DataError: there is no folder, no metadata, no image, or the metadata cannot be read or lacks a column.
    """
    content = _read_metadata(source)
    files, contradicting = _find_images(source)
    raw_rows = _parse(content, source / METADATA_NAME)
    times = Counter(row["image_id"] for row in raw_rows)
    usable = [row for row in raw_rows if times[row["image_id"]] == 1 and row["lesion_id"] and row["image_id"]]
    known = sorted((r for r in usable if r["dx"] in HAM10000_CODES), key=lambda row: row["image_id"])
    rows = tuple(ImageRow(r["image_id"], r["lesion_id"], r["dx"], _details(r)) for r in known)
    problems = gather(
        {
            "images listed more than once": [i for i, count in times.items() if count > 1],
            "rows without an image or lesion id": [
                r["image_id"] or f"line {r['line']}" for r in raw_rows if not (r["lesion_id"] and r["image_id"])
            ],
            "images with an unknown diagnosis": [
                f"{r['image_id']} ({r['dx'] or 'blank'})" for r in usable if r["dx"] not in HAM10000_CODES
            ],
            "missing images": [r.image_id for r in rows if r.image_id not in files],
            "images with two different files": [r.image_id for r in rows if r.image_id in contradicting],
        }
    )
    used = {r.image_id: files[r.image_id] for r in rows if r.image_id in files and r.image_id not in contradicting}
    return Ham10000(rows, used, problems, len(set(files) - set(times)), _fingerprint(content, used))


def _read_metadata(source: Path) -> bytes:
    if not source.exists():
        raise DataError(f"There is no folder {source}.", WHERE_TO_GET)
    if not source.is_dir():
        raise DataError(f"{source} is a file, not a folder.", WHERE_TO_GET)
    if not any(source.iterdir()):
        raise DataError(f"The folder {source} is empty.", WHERE_TO_GET)
    named = [path for path in source.iterdir() if path.name.lower() == METADATA_NAME.lower()]
    if not named:
        raise DataError(f"The folder {source} holds no {METADATA_NAME}.", WHERE_TO_GET)
    return named[0].read_bytes()


def _parse(content: bytes, path: Path) -> list[dict[str, str]]:
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig")), restval="")
        columns = reader.fieldnames or []
        missing = [name for name in NEEDED_COLUMNS if name not in columns]
        if missing:
            raise DataError(
                f"{path} lacks the column {' and '.join(missing)}; it has: {', '.join(columns) or 'none'}.",
                "Take the HAM10000_metadata.csv of the original download.",
            )
        rows = [
            {key: value.strip() for key, value in row.items() if isinstance(value, str)} | {"line": str(number)}
            for number, row in enumerate(reader, start=2)
        ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} is no CSV table: {error}.", "Take the one of the original download.") from error
    if not rows:
        raise DataError(f"{path} has no rows.", "Take the one of the original download.")
    return rows


def _details(row: dict[str, str]) -> dict[str, str]:
    return {name: row[name] for name in KEPT_COLUMNS if name in row}


def _find_images(source: Path) -> tuple[dict[str, Path], set[str]]:
    files: dict[str, Path] = {}
    contradicting = set()
    for entry in _image_entries(source):
        image_id = Path(entry.name).stem
        # Kaggle's archive holds each image twice, in folders that differ in case alone.
        if image_id in files and files[image_id].stat().st_size != entry.stat().st_size:
            contradicting.add(image_id)
        files.setdefault(image_id, Path(entry.path))
    if not files:
        raise DataError(
            f"{source} holds no images: none in HAM10000_images_part_1 or HAM10000_images_part_2.",
            "Unpack both image archives beside the metadata.",
        )
    return files, contradicting


def _image_entries(source: Path) -> Iterator[os.DirEntry[str]]:
    for folder in sorted(p for p in source.iterdir() if p.is_dir() and p.name.lower().startswith(IMAGES_PREFIX)):
        with os.scandir(folder) as entries:
            yield from (e for e in entries if e.name.lower().endswith(IMAGE_SUFFIXES) and not e.name.startswith("."))


def _fingerprint(metadata: bytes, files: dict[str, Path]) -> str:
    digest = hashlib.sha256(metadata)
    for image_id, path in files.items():
        stat = path.stat()
        digest.update(f"{image_id} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()
