"""Whether a collection holds what its manifest says: every file there, whole, and an image; nothing unaccounted for."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from lesionlab.collect.collection import IMAGES_NAME, Collection
from lesionlab.collect.fetching import in_parallel
from lesionlab.core.errors import LesionLabError
from lesionlab.core.imaging import decode
from lesionlab.core.progress import Progress, silent
from lesionlab.records.collected import ManifestRecord

THREADS = 2  # as many as decode at once
HALF_WRITTEN_S = 600  # after so long a half-written file is no one's any more


@dataclass
class Verification:
    """What was found: images that are right, images that are not with the reason, files that no record names."""

    right: int = 0
    wrong: list[tuple[ManifestRecord, str]] = field(default_factory=list)
    strays: list[Path] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether all is as it should be."""
        return not self.wrong and not self.strays


def verify_collection(
    collection: Collection, source: str | None = None, *, repair: bool = False, progress: Progress = silent
) -> Verification:
    """Read and decode every fetched file of a source, or of all; with `repair`, what is wrong becomes wanted again.

    Strays are looked for only where all sources are; `repair` deletes those that a kill left half written, no others.
    """
    found = Verification()
    records = collection.manifest.records("fetched", source)
    total = _count(collection, source)

    def look(record: ManifestRecord) -> str:
        return problem_of(collection, record)

    with closing(in_parallel(records, look, THREADS)) as looked:
        for record, problem in looked:
            told = problem.cause if isinstance(problem, LesionLabError) else problem
            if told:
                found.wrong.append((record, told))
            else:
                found.right += 1
            progress(found.right + len(found.wrong), total)
    found.wrong.sort(key=lambda pair: (pair[0].source, pair[0].image_id))
    if repair:
        for record, problem in found.wrong:
            collection.manifest.change(record.source, record.image_id, state="wanted", reason=problem)
    if source is None:
        found.strays = [path for path in strays_of(collection) if not (repair and _drop_half_written(path))]
    return found


def problem_of(collection: Collection, record: ManifestRecord) -> str:
    """Return what is wrong with the file of a fetched image, or blank."""
    path = collection.file_of(record)
    try:
        content = path.read_bytes()
    except OSError as error:
        return f"Its file cannot be read ({error.strerror or type(error).__name__})."
    if len(content) != record.size_bytes:
        return f"Its file has {len(content):,} bytes instead of {record.size_bytes:,}."
    if hashlib.sha256(content).hexdigest() != record.sha256:
        return "Its file has another SHA-256 than when it was fetched."
    try:
        height, width = decode(content).shape[:2]
    except LesionLabError as error:
        return error.cause
    return "" if (width, height) == (record.width, record.height) else f"It is {width}x{height} px now."


def strays_of(collection: Collection) -> Iterator[Path]:
    """Yield files among the images that no record names; what is being written just now is none."""
    folder = collection.folder / IMAGES_NAME
    for below in sorted(folder.iterdir()) if folder.is_dir() else []:
        for path in sorted(below.iterdir()) if below.is_dir() else [below]:
            named = collection.manifest.with_sha256(path.stem)
            if not any(collection.file_of(record) == path for record in named) and not _in_writing(path):
                yield path


def _is_half_written(path: Path) -> bool:
    return path.name.startswith(".") and path.suffix == ".part"


def _in_writing(path: Path) -> bool:
    try:
        return _is_half_written(path) and time.time() - path.stat().st_mtime < HALF_WRITTEN_S
    except FileNotFoundError:
        return True  # it has its name now


def _drop_half_written(path: Path) -> bool:
    if _is_half_written(path):
        path.unlink(missing_ok=True)
        return True
    return False


def _count(collection: Collection, source: str | None) -> int:
    if source is None:
        return collection.manifest.counts()["fetched"]
    return sum(1 for _ in collection.manifest.records("fetched", source))
