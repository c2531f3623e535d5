"""The look at a fetched picture: decoded, described, and compared with what is known; here or in processes apart."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from lesionlab.core.errors import CollectError, ImageError, LesionLabError
from lesionlab.core.imaging import Pixels, decode
from lesionlab.core.picture_hash import picture_hash
from lesionlab.core.processes import cores, process_pool
from lesionlab.records.collected import ManifestRecord

AT_ONCE = 2  # a picture may take 150 MB
SUFFIXES = {b"\xff\xd8\xff": ".jpg", b"\x89PNG": ".png", b"RIFF": ".webp", b"II*\x00": ".tif", b"MM\x00*": ".tif"}


@dataclass(frozen=True)
class Inspection:
    """What looking at a picture adds to its record."""

    same_as: str = ""
    same_by: str = ""
    quality: Mapping[str, float] | None = None


Inspect = Callable[[ManifestRecord, Pixels], Inspection]
Look = Callable[[ManifestRecord, bytes], ManifestRecord]


def no_inspection(record: ManifestRecord, pixels: Pixels) -> Inspection:
    """Add nothing."""
    return Inspection()


def look(record: ManifestRecord, content: bytes, inspect: Inspect = no_inspection) -> ManifestRecord:
    """Decode an image file's bytes and return the record as fetched, with what was seen; its SHA-256 is the caller's.

    Raises:
        ImageError, TooLargeError: the bytes are no image, are damaged, or are beyond the limits.
    """
    pixels = decode(content)
    height, width = pixels.shape[:2]
    fetched = replace(
        record,
        state="fetched",
        reason="",
        picture_hash=f"{picture_hash(pixels):016x}",
        width=width,
        height=height,
        size_bytes=len(content),
        suffix=_suffix(content),
        fetched_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    seen = inspect(fetched, pixels)
    return replace(fetched, same_as=seen.same_as, same_by=seen.same_by, quality=dict(seen.quality or fetched.quality))


def looking_here(inspect: Inspect = no_inspection) -> Look:
    """Return what looks at pictures in the thread that asks, at two at once."""
    free = threading.Semaphore(AT_ONCE)

    def looked(record: ManifestRecord, content: bytes) -> ManifestRecord:
        with free:
            return look(record, content, inspect)

    return looked


@contextmanager
def looking_apart(make_inspect: Callable[[], Inspect]) -> Iterator[Look]:
    """Yield what looks at pictures in up to two processes apart, so that fetching never waits for Python's one lock.

    `make_inspect` is called in each of them; it and what it returns never leave their process. With one core all of it
    happens here.

    Raises:
        CollectError: when looking; a process was killed.
    """
    processes = min(cores(), AT_ONCE)
    if processes == 1:
        yield looking_here(make_inspect())
        return
    pool = process_pool(processes, partial(_prepare, make_inspect))

    def looked(record: ManifestRecord, content: bytes) -> ManifestRecord:
        try:
            found = pool.submit(_look_there, record, content).result()
        except BrokenProcessPool as error:
            raise CollectError(
                "A process that looks at pictures was killed, perhaps for lack of memory.",
                "Close other programs and run the same command again: it goes on where it stopped.",
            ) from error
        if isinstance(found, LesionLabError):
            raise found
        return found

    try:
        yield looked
    finally:
        pool.shutdown(cancel_futures=True)


class _There:
    """What a process apart looks with."""

    inspect: Inspect = staticmethod(no_inspection)


def _prepare(make_inspect: Callable[[], Inspect]) -> None:
    _There.inspect = staticmethod(make_inspect())


def _look_there(record: ManifestRecord, content: bytes) -> ManifestRecord | LesionLabError:
    try:
        return look(record, content, _There.inspect)
    except LesionLabError as error:
        return error


def _suffix(content: bytes) -> str:
    for head, suffix in SUFFIXES.items():
        if content.startswith(head):
            return suffix
    raise ImageError("The file is not a JPEG, PNG, WebP or TIFF image.", "Collect from a source that has those.")
