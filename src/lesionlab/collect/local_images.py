"""Take images that lie on this machine into the collection, as a source of their own."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lesionlab.collect.collection import Collection, ForgottenError, now
from lesionlab.collect.fetching import in_parallel
from lesionlab.core.errors import CollectError, LesionLabError, TooLargeError
from lesionlab.core.imaging import MAX_BYTES
from lesionlab.core.licences import find_licence, is_open
from lesionlab.core.progress import Progress, silent
from lesionlab.records.collected import ManifestRecord, QueryRecord

THREADS = 4
DESCRIPTION = ("page_url", "licence", "attribution", "diagnosis_given", "diagnosis", "lesion_id", "details")


@dataclass(frozen=True)
class LocalImage:
    """A file and its record, which is still wanted; `sha256`, where it is known beforehand, must be the file's."""

    record: ManifestRecord
    file: Path
    sha256: str = ""


@dataclass
class Taken:
    """What became of the images of a folder."""

    found: int
    fetched: int = 0  # there now, also from an earlier run
    new: int = 0
    forgotten: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)


def take_in(collection: Collection, images: Sequence[LocalImage], what: str, progress: Progress = silent) -> Taken:
    """Copy images into the collection and record each; what is there unchanged is not copied again.

    `what` names the folder in the manifest's list of queries. An image under no open licence is refused, one that
    cannot be read failed; a killed run goes on.
    """
    taken = Taken(len(images))
    manifest = collection.manifest
    numbers = {
        source: manifest.ask(QueryRecord(source, what, (), None, len(images), started_at=now()))
        for source in sorted({image.record.source for image in images})
    }

    def jobs() -> Iterator[_Job]:
        for done, image in enumerate(images, start=1):
            old = _find(collection, image, numbers[image.record.source], taken)
            if old is not None:
                yield _Job(image, old)
            progress(done, len(images))

    for job, result in in_parallel(jobs(), lambda job: _fetch(collection, job), THREADS):
        _settle(collection, job, result, taken)
    for number in numbers.values():
        manifest.end(number, now())
    return taken


@dataclass(frozen=True)
class _Job:
    image: LocalImage
    old: ManifestRecord


def _find(collection: Collection, image: LocalImage, number: int, taken: Taken) -> ManifestRecord | None:
    """Note that an image was found; return its record as it stands, or None where it is not to be taken."""
    wanted = replace(image.record, found_at=now())
    objection = _objection(wanted)
    if objection:
        wanted = replace(wanted, state="refused", reason=objection)
    old = collection.manifest.find(number, wanted)
    if old.state == "forgotten":
        taken.forgotten += 1
        return None
    if objection:
        taken.refusals[objection] += 1
        return None
    return old


def _objection(record: ManifestRecord) -> str:
    licence = find_licence(record.licence)
    if licence is None or not is_open(licence.code):
        return f"Its licence ({record.licence or 'none'}) does not allow to keep and pass on what is derived."
    if licence.attribution and not record.attribution.strip():
        return f"{licence.name} asks for the author's name, and none is given."
    return ""


def _fetch(collection: Collection, job: _Job) -> ManifestRecord | None:
    """Store a file and return its record, or None where it is there already. Runs in any thread."""
    content = _read(job.image)
    if job.old.state == "fetched" and _is_kept(collection, job.image.record, job.old, content):
        return None
    return collection.store(replace(job.image.record, found_at=now()), content)


def _settle(collection: Collection, job: _Job, result: ManifestRecord | LesionLabError | None, taken: Taken) -> None:
    if isinstance(result, ForgottenError):
        collection.refuse(job.image.record, result.cause)
        taken.refusals[result.cause] += 1
        return
    if isinstance(result, LesionLabError):
        taken.failures[result.cause] += 1
        if job.old.state == "fetched":
            taken.fetched += 1  # the copy here is whole, whatever became of the folder
        else:
            collection.fail(job.image.record, result)
        return
    taken.fetched += 1
    if result is not None:
        collection.manifest.put(result)
        taken.new += 1


def _read(image: LocalImage) -> bytes:
    try:
        size = image.file.stat().st_size
        if size > MAX_BYTES:
            raise TooLargeError(f"Its file has more than {MAX_BYTES // 2**20} MB.", "Use a smaller copy.")
        content = image.file.read_bytes()
    except OSError as error:
        raise CollectError(f"Its file cannot be read ({error.strerror}).", "Look at the folder.") from error
    if image.sha256 and hashlib.sha256(content).hexdigest() != image.sha256:
        raise CollectError("Its file is not the one of its SHA-256.", "Copy the folder again.")
    return content


def _is_kept(collection: Collection, wanted: ManifestRecord, old: ManifestRecord, content: bytes) -> bool:
    """Tell whether the collection has this image under this description."""
    # An export carries no details: those that are known here stay.
    names = DESCRIPTION if wanted.details else DESCRIPTION[:-1]
    told = all(getattr(old, name) == getattr(wanted, name) for name in names)
    return told and old.sha256 == hashlib.sha256(content).hexdigest() and collection.file_of(old).is_file()
