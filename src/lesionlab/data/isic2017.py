"""ISIC 2017, part 3: one table for all parts, or the folders and ground truths of the challenge's own downloads."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from lesionlab.core.errors import DataError
from lesionlab.data.mapping import Mapping
from lesionlab.data.problems import gather
from lesionlab.data.rows import ImageRow
from lesionlab.data.source import Source, checked_folder, counted, files_of, find_files, fingerprint_of, read_rows

LABELS_NAME = "labels.csv"
TRUTH_PATTERN = "ISIC-2017_*_Part3_GroundTruth.csv"
IMAGES_PATTERN = "ISIC-2017_*_Data"
LICENCE = "CC0-1.0"
ATTRIBUTION = "N. Codella et al., Skin Lesion Analysis Toward Melanoma Detection (ISIC 2017), arXiv:1710.05006"
_PARTS = {"training": "train", "validation": "val", "test_v2": "test"}
CLASSES = ("bkl", "mel", "nv")
# The challenge's third class is seborrhoeic keratosis, which HAM10000 counts among the benign keratoses.
_WORDS = Mapping(diagnoses={"melanoma": "mel", "seborrheic keratosis": "bkl", "nevus": "nv"})

WHERE_TO_GET = (
    "Give the folder that holds labels.csv (image_id, dx, split) and images/, or the challenge's own "
    "ISIC-2017_Training_Part3_GroundTruth.csv beside ISIC-2017_Training_Data/."
)


def is_isic2017(place: Path) -> bool:
    """Tell whether a folder is laid out like ISIC 2017."""
    own = place / LABELS_NAME
    return any(place.glob(TRUTH_PATTERN)) or (
        own.is_file() and (place / "images").is_dir() and own.read_bytes()[:40].split()[:1] == [b"image_id,dx,split"]
    )


def read_isic2017(place: Path) -> Source:
    """Read labels and find the images; the challenge's own parts are kept as the detail `split`.

    Raises:
        DataError: there is no folder, no table or no image, or a table cannot be read or lacks a column.
    """
    checked_folder(place, WHERE_TO_GET)
    raw_rows, content = _labels(place)
    folders = [place / "images"] if (place / LABELS_NAME).is_file() else sorted(place.glob(IMAGES_PATTERN))
    files, contradicting = find_files([f for f in folders if f.is_dir()], lambda name: "superpixels" not in name)
    if not files:
        raise DataError(f"{place} holds no images in {', '.join(f.name for f in folders) or 'images/'}.", WHERE_TO_GET)
    times = Counter(row["image_id"] for row in raw_rows)
    known = [row for row in raw_rows if times[row["image_id"]] == 1 and _WORDS.code_of(row["dx"])]
    rows = tuple(
        ImageRow(r["image_id"], r["image_id"], _WORDS.code_of(r["dx"]) or "", {"split": r["split"]})
        for r in sorted(known, key=lambda r: r["image_id"])
    )
    used, lacking = files_of(rows, files, contradicting)
    problems = gather({"images listed more than once": [i for i, count in times.items() if count > 1], **lacking})
    if unknown := [row["dx"] for row in raw_rows if not _WORDS.code_of(row["dx"])]:
        problems["images with an unknown diagnosis"] = counted(unknown)
    return Source(
        layout="isic2017",
        name="isic2017",
        place=place,
        rows=rows,
        files=used,
        problems=problems,
        unlisted=len(set(files) - set(times)),
        fingerprint=fingerprint_of(content, used),
        licence=LICENCE,
        attribution=ATTRIBUTION,
        notes=("ISIC 2017 names no lesions: each image counts as a lesion of its own.",),
        arguments=(str(place.resolve()),),
        classes=CLASSES,
    )


def _labels(place: Path) -> tuple[list[dict[str, str]], bytes]:
    own = place / LABELS_NAME
    if own.is_file():
        content = own.read_bytes()
        return read_rows(content, own, ("image_id", "dx", "split"), WHERE_TO_GET), content
    rows, contents = [], []
    for path in sorted(place.glob(TRUTH_PATTERN)):
        contents.append(path.read_bytes())
        part = path.name.removeprefix("ISIC-2017_").removesuffix("_Part3_GroundTruth.csv").lower()
        for row in read_rows(contents[-1], path, ("image_id", "melanoma", "seborrheic_keratosis"), WHERE_TO_GET):
            rows.append({"image_id": row["image_id"], "dx": _truth(row), "split": _PARTS.get(part, part)})
    if not rows:
        raise DataError(f"The folder {place} holds no {LABELS_NAME} of ISIC 2017.", WHERE_TO_GET)
    return rows, b"".join(contents)


def _truth(row: dict[str, str]) -> str:
    marks = f"{row['melanoma']} / {row['seborrheic_keratosis']}".replace(".0", "")
    return {"1 / 0": "melanoma", "0 / 1": "seborrheic keratosis", "0 / 0": "nevus"}.get(marks, marks)
