"""The collection: the manifest and, by their SHA-256, the files of the images it calls fetched."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from lesionlab.collect.looking import Look, looking_here
from lesionlab.core.errors import CollectError, LesionLabError
from lesionlab.core.files import write_bytes
from lesionlab.core.home import collect_folder
from lesionlab.records.collected import ManifestRecord
from lesionlab.records.manifest import Manifest, open_manifest

IMAGES_NAME = "images"
FORGOTTEN_BYTES = "a file of these very bytes was forgotten"


class ForgottenError(CollectError):
    """These very bytes were to be forgotten."""

    code = "forgotten"


class Collection:
    """A folder of collected images; `look` looks at each picture as it is kept."""

    def __init__(self, folder: Path, manifest: Manifest, look: Look) -> None:
        self.folder = folder
        self.manifest = manifest
        self._look = look
        self._forgotten = manifest.forgotten_hashes()

    def file_of(self, record: ManifestRecord) -> Path:
        """Return where the file of a fetched image lies."""
        return self.folder / IMAGES_NAME / record.sha256[:2] / f"{record.sha256}{record.suffix}"

    def keep(self, record: ManifestRecord, content: bytes) -> ManifestRecord:
        """Check and store an image file's bytes, then write the record as fetched; the record comes last.

        Raises:
            ImageError, TooLargeError: the bytes are no image, are damaged, or are beyond the limits; nothing is stored.
            ForgottenError: a file of these bytes was forgotten, under this name or another; nothing is stored.
        """
        return self._put(self.store(record, content))

    def store(self, record: ManifestRecord, content: bytes) -> ManifestRecord:
        """Check and store an image file's bytes; return the record to put into the manifest. Runs in any thread.

        Raises:
            ImageError, TooLargeError, ForgottenError: as `keep`.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        if sha256 in self._forgotten:
            raise ForgottenError(FORGOTTEN_BYTES, "Take the mark away with `lesionlab collect forget --undo`.")
        fetched = self._look(replace(record, sha256=sha256), content)
        path = self.file_of(fetched)
        if not path.is_file() or path.stat().st_size != len(content):
            write_bytes(path, content)
        return fetched

    def fail(self, record: ManifestRecord, error: LesionLabError | str) -> ManifestRecord:
        """Write the record as failed, with the reason in one sentence."""
        reason = error.cause if isinstance(error, LesionLabError) else error
        return self._put(replace(record, state="failed", reason=reason))

    def refuse(self, record: ManifestRecord, reason: str) -> ManifestRecord:
        """Write the record as refused: found, and not to be kept, such as for want of a licence."""
        return self._put(replace(record, state="refused", reason=reason))

    def _put(self, record: ManifestRecord) -> ManifestRecord:
        self.manifest.put(record)
        return record


@contextmanager
def open_collection(
    folder: Path | None = None, look: Look | None = None, *, create: bool = False
) -> Iterator[Collection]:
    """Open the collection in `folder`, or the home's own; without a `look` its pictures are only decoded and hashed.

    Raises:
        CollectError: there is none and `create` is not set, or its manifest cannot be used.
    """
    place = folder if folder is not None else collect_folder()
    with open_manifest(place, create=create) as manifest:
        yield Collection(place, manifest, look or looking_here())


def now() -> str:
    """Return the time in UTC as ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
