"""Forget collected images: their files go, and a mark stays so that they are not fetched again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lesionlab.collect.collection import Collection, now
from lesionlab.core.errors import CollectError, InputError
from lesionlab.core.licences import family_of
from lesionlab.core.progress import Progress, silent
from lesionlab.records.collected import ManifestRecord


@dataclass(frozen=True)
class Chosen:
    """Which images to forget; what is given in several kinds must all hold, in one kind any."""

    sources: tuple[str, ...] = ()
    image_ids: tuple[str, ...] = ()
    sha256s: tuple[str, ...] = ()  # whole, or their first 8 digits or more
    licences: tuple[str, ...] = ()  # families, such as "CC-BY"

    def takes(self, record: ManifestRecord) -> bool:
        """Tell whether a record is among them."""
        return (
            (not self.sources or record.source in self.sources)
            and (not self.image_ids or record.image_id in self.image_ids)
            and (not self.sha256s or (bool(record.sha256) and record.sha256.startswith(self.sha256s)))
            and (not self.licences or family_of(record.licence) in self.licences)
        )


@dataclass(frozen=True)
class Forgotten:
    """What went: records marked, files deleted, files kept because another record has the same bytes."""

    records: int
    files: int
    shared: int
    size_bytes: int


def choose(collection: Collection, chosen: Chosen) -> list[ManifestRecord]:
    """Return the records to forget, those included that were forgotten before (a killed run may have left files).

    Raises:
        InputError: nothing is chosen, or a SHA-256 is too short.
        CollectError: no record is among them.
    """
    if chosen == Chosen():
        raise InputError("Nothing was chosen.", "Name what to forget with --source, --id, --sha256 or --licence.")
    short = [digits for digits in chosen.sha256s if len(digits) < 8]
    if short:
        raise InputError(f"'{short[0]}' is too short for a SHA-256.", "Give 8 to 64 hex digits.")
    records = [record for record in collection.manifest.records() if chosen.takes(record)]
    if not records:
        raise CollectError(
            "No collected image is among those chosen.", "See what there is with `lesionlab collect status`."
        )
    return records


def forget(collection: Collection, records: Sequence[ManifestRecord], progress: Progress = silent) -> Forgotten:
    """Mark the records as forgotten, then delete each file that no other fetched record has; a later run goes on.

    The mark keeps source, id, licence and SHA-256 (by which models that used the image are found), and nothing else
    about the image or its author.
    """
    marked = files = shared = size = 0
    for done, record in enumerate(records, start=1):
        if record.state != "forgotten":
            collection.manifest.put(_mark(record))
            marked += 1
        if record.sha256:
            path = collection.file_of(record)
            # The mark comes first: whoever is still fetched holds the file.
            if collection.manifest.with_sha256(record.sha256):
                shared += record.state != "forgotten"
            elif path.is_file():
                path.unlink()
                files += 1
                size += record.size_bytes
        progress(done, len(records))
    return Forgotten(marked, files, shared, size)


def remember(collection: Collection, records: Sequence[ManifestRecord]) -> int:
    """Let forgotten images be collected again; return how many were forgotten."""
    forgotten = [record for record in records if record.state == "forgotten"]
    for record in forgotten:
        collection.manifest.put(replace(record, state="wanted", reason="", found_at=now()))
    return len(forgotten)


def _mark(record: ManifestRecord) -> ManifestRecord:
    return ManifestRecord(
        record.source,
        record.image_id,
        state="forgotten",
        reason=f"Forgotten on {now()[:10]}.",
        licence=record.licence,
        sha256=record.sha256,
        size_bytes=record.size_bytes,
        suffix=record.suffix,
        found_at=record.found_at,
    )
