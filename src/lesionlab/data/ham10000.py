"""HAM10000 in the folder layout of its downloads: image folders and a metadata table."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.errors import DataError
from lesionlab.core.notice import HAM10000_CITATION, HAM10000_LICENCE
from lesionlab.data.groups import known_duplicates
from lesionlab.data.problems import gather
from lesionlab.data.rows import ImageRow
from lesionlab.data.source import Source, checked_folder, files_of, find_files, fingerprint_of, read_rows

METADATA_NAME = "HAM10000_metadata.csv"
# Harvard Dataverse serves the table without a suffix, or as tab-separated text.
METADATA_NAMES = ("ham10000_metadata.csv", "ham10000_metadata", "ham10000_metadata.tab")
IMAGES_PREFIX = "ham10000_images"
NEEDED_COLUMNS = ("image_id", "lesion_id", "dx")
KEPT_COLUMNS = ("dx_type", "age", "sex", "localization", "dataset")

WHERE_TO_GET = (
    "Run `lesionlab collect ham10000`, or download HAM10000 from Kaggle (kmader/skin-cancer-mnist-ham10000) or Harvard "
    "Dataverse (doi:10.7910/DVN/DBW86T), unpack it, and run `lesionlab data prepare FOLDER` with the folder that "
    "holds HAM10000_metadata.csv."
)
_ORIGINAL = "Take the HAM10000_metadata.csv of the original download."


def read_ham10000(place: Path) -> Source:
    """Read the metadata and find the images, without decoding any.

    Raises:
        DataError: there is no folder, no metadata, no image, or the metadata cannot be read or lacks a column.
    """
    table = metadata_file(checked_folder(place, WHERE_TO_GET))
    if table is None:
        raise DataError(f"The folder {place} holds no {METADATA_NAME}.", WHERE_TO_GET)
    content = table.read_bytes()
    files, contradicting = find_files(_image_folders(place))
    if not files:  # archives that were unpacked without a folder leave the images beside the table
        files, contradicting = find_files([place])
    if not files:
        raise DataError(
            f"{place} holds no images: none in HAM10000_images_part_1 or HAM10000_images_part_2.",
            "Unpack both image archives beside the metadata.",
        )
    raw_rows = read_rows(content, table, NEEDED_COLUMNS, _ORIGINAL)
    times = Counter(row["image_id"] for row in raw_rows)
    usable = [row for row in raw_rows if times[row["image_id"]] == 1 and row["lesion_id"] and row["image_id"]]
    known = sorted((r for r in usable if r["dx"] in HAM10000_CODES), key=lambda row: row["image_id"])
    rows = tuple(ImageRow(r["image_id"], r["lesion_id"], r["dx"], _details(r)) for r in known)
    used, lacking = files_of(rows, files, contradicting)
    problems = gather(
        {
            "images listed more than once": [i for i, count in times.items() if count > 1],
            "rows without an image or lesion id": [
                r["image_id"] or f"line {r['line']}" for r in raw_rows if not (r["lesion_id"] and r["image_id"])
            ],
            "images with an unknown diagnosis": [
                f"{r['image_id']} ({r['dx'] or 'blank'})" for r in usable if r["dx"] not in HAM10000_CODES
            ],
            **lacking,
        }
    )
    return Source(
        layout="ham10000",
        name="ham10000",
        place=place,
        rows=rows,
        files=used,
        problems=problems,
        unlisted=len(set(files) - set(times)),
        fingerprint=fingerprint_of(content, used),
        licence=HAM10000_LICENCE,
        attribution=HAM10000_CITATION,
        pairs=known_duplicates(),
        arguments=(str(place.resolve()),),
    )


def metadata_file(place: Path) -> Path | None:
    """Return the metadata table in a folder, in whatever spelling, or None."""
    named = {path.name.lower(): path for path in place.iterdir() if path.is_file()}
    return next((named[name] for name in METADATA_NAMES if name in named), None)


def _image_folders(place: Path) -> list[Path]:
    return sorted(p for p in place.iterdir() if p.is_dir() and p.name.lower().startswith(IMAGES_PREFIX))


def _details(row: dict[str, str]) -> dict[str, str]:
    return {name: row[name] for name in KEPT_COLUMNS if name in row}
