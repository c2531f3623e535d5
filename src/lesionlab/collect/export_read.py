"""Read an export back: its images, each under its own source, licence and author."""

from __future__ import annotations

import csv
from pathlib import Path

from lesionlab.collect.export_tables import COLUMNS, METADATA_NAME
from lesionlab.collect.local_images import LocalImage
from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.errors import CollectError
from lesionlab.records.collected import ManifestRecord

_CURE = "Export it again, or name the folder's source, licence and attribution to take it as any other."


def is_export(folder: Path) -> bool:
    """Tell whether a folder is an export of a collection: by the columns of its table."""
    try:
        with (folder / METADATA_NAME).open(encoding="utf-8", newline="") as file:
            return tuple(next(csv.reader(file), ())) == COLUMNS
    except (OSError, UnicodeDecodeError, csv.Error):
        return False


def read_export(folder: Path) -> list[LocalImage]:
    """Return the images of an export.

    Raises:
        CollectError: its table is damaged, or names a file outside the folder.
    """
    table = folder / METADATA_NAME
    images = []
    try:
        with table.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CollectError(f"{table} cannot be read: {error}.", _CURE) from error
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values() or row["label"] not in ("", *HAM10000_CODES):
            raise CollectError(f"Line {number} of {table} is damaged.", _CURE)
        path = (folder / row["file_name"]).resolve()
        if not path.is_relative_to(folder.resolve()):
            raise CollectError(f"Line {number} of {table} names a file outside the folder.", _CURE)
        record = ManifestRecord(
            row["source"],
            row["image_id"],
            page_url=row["page_url"],
            licence=row["licence"],
            attribution=row["attribution"],
            diagnosis_given=row["diagnosis_given"],
            diagnosis=row["label"],
            lesion_id=row["lesion_id"],
        )
        images.append(LocalImage(record, path, row["sha256"]))
    return images
