"""Export collected images as a folder that other tools read: images, `metadata.csv`, licences, attributions, a card."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lesionlab.collect.collection import Collection
from lesionlab.collect.export_card import readme
from lesionlab.collect.export_tables import (
    METADATA_NAME,
    ExportedImage,
    attribution_page,
    licences_page,
    metadata_csv,
    whole_licence,
)
from lesionlab.collect.unpack import check_space
from lesionlab.core.errors import CollectError
from lesionlab.core.files import check_new_folder, whole_folder
from lesionlab.core.licences import family_of, is_open
from lesionlab.core.progress import Progress, silent
from lesionlab.records.collected import ManifestRecord

IMAGES_NAME = "images"
FLAT_UP_TO = 10_000  # files in one folder; the Hub takes no more


@dataclass(frozen=True)
class Wanted:
    """Which images to export; empty means all."""

    sources: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()  # families, such as "CC-BY"
    diagnoses: tuple[str, ...] = ()  # codes of the seven

    def takes(self, record: ManifestRecord) -> bool:
        """Tell whether a record is among them."""
        return (
            (not self.sources or record.source in self.sources)
            and (not self.licences or family_of(record.licence) in self.licences)
            and (not self.diagnoses or record.diagnosis in self.diagnoses)
        )


@dataclass(frozen=True)
class Exported:
    """What was written: images, the records they stand for, and the licence of anything derived from all."""

    images: int
    records: int
    size_bytes: int
    licence: str
    closed: int  # left out: their licence allows nothing to be derived or passed on


def export(collection: Collection, folder: Path, wanted: Wanted, progress: Progress = silent) -> Exported:
    """Write the wanted images that are fetched to a new folder, each file once; the folder is whole or not there.

    Files are named by their SHA-256: no name from elsewhere reaches the disk, and no tool takes a word in a name for a
    part of a split.

    Raises:
        InputError: the folder is a file or holds something.
        CollectError: no image is wanted, a file of the collection is missing or damaged, or the disk is too small.
    """
    check_new_folder(folder)
    records = [record for record in collection.manifest.records("fetched") if wanted.takes(record)]
    usable = [record for record in records if is_open(record.licence)]
    images = _images(usable)
    if not images:
        raise CollectError(
            f"None of the collected images is asked for ({len(records):,} fit, {len(records) - len(usable):,} of them "
            "under a licence that is not open).",
            "See what there is with `lesionlab collect status`, and widen --source, --licence or --diagnosis.",
        )
    size = sum(image.record.size_bytes for image in images)
    check_space(folder.absolute(), size, "the export")
    with whole_folder(folder) as part:
        _copy_files(collection, images, part, progress)
        for name, text in _texts(folder.resolve().name, images).items():
            (part / name).write_text(text, encoding="utf-8", newline="")
    codes = [record.licence for record in usable]
    return Exported(len(images), len(usable), size, whole_licence(codes), len(records) - len(usable))


def _images(records: Iterable[ManifestRecord]) -> list[ExportedImage]:
    """Return each file once: under the first record in the order of source and id, with the others named."""
    by_file: dict[str, list[ManifestRecord]] = {}
    for record in records:
        by_file.setdefault(record.sha256, []).append(record)
    flat = len(by_file) <= FLAT_UP_TO
    return [
        ExportedImage(f"{IMAGES_NAME}/{'' if flat else sha256[:2] + '/'}{sha256}{same[0].suffix}", same[0], same[1:])
        for sha256, same in by_file.items()
    ]


def _copy_files(collection: Collection, images: Sequence[ExportedImage], part: Path, progress: Progress) -> None:
    damaged = []
    for done, image in enumerate(images, start=1):
        content = _content(collection.file_of(image.record))
        if content is None or hashlib.sha256(content).hexdigest() != image.record.sha256:
            damaged.append(f"{image.record.source}:{image.record.image_id}")
            continue
        target = part / image.file_name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        progress(done, len(images))
    if damaged:
        raise CollectError(
            f"{len(damaged):,} of {len(images):,} files are missing or damaged: {', '.join(damaged[:5])}.",
            "Run `lesionlab collect verify`, which has them fetched again; nothing was exported.",
        )


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _texts(name: str, images: Sequence[ExportedImage]) -> dict[str, str]:
    return {
        METADATA_NAME: metadata_csv(images),
        "LICENCES.md": licences_page(images),
        "ATTRIBUTION.md": attribution_page(images),
        "README.md": readme(name, images),
    }
