"""Collect from the ISIC Archive: list, take up, fetch in parallel, keep; killed anywhere, it goes on where it was."""

from __future__ import annotations

import errno
import itertools
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace

from lesionlab.collect.collection import Collection, ForgottenError, now
from lesionlab.collect.fetching import in_parallel
from lesionlab.collect.isic_archive import IsicArchive, Page
from lesionlab.collect.isic_query import IsicQuery
from lesionlab.collect.isic_records import SOURCE, Found, read_listed
from lesionlab.collect.outcome import Outcome
from lesionlab.collect.transfer_errors import TransferError
from lesionlab.core.errors import CollectError, LesionLabError
from lesionlab.core.imaging import MAX_BYTES
from lesionlab.core.progress import Progress, silent
from lesionlab.records.collected import ManifestRecord, QueryRecord

THREADS = 8
FORGOTTEN = "It was forgotten and is not fetched again."
_EXPIRED = (401, 403, 410)


@dataclass(frozen=True)
class Job:
    """An image to fetch; without an address, one that was signed just now is asked for first."""

    record: ManifestRecord
    url: str = ""
    size_bytes: int = 0


def collect_isic(
    collection: Collection,
    archive: IsicArchive,
    query: IsicQuery,
    limit: int | None,
    progress: Progress = silent,
    threads: int = THREADS,
) -> Outcome:
    """Collect up to `limit` images of a query (None: all), newest first; what must not be kept is refused, not counted.

    Raises:
        InputError: the archive does not understand the query.
        TransferError: the archive stopped answering; the same call goes on later.
        CollectError: the disk is full, or the manifest cannot be used.
    """
    pages = archive.pages(query)
    first = next(pages)  # a query that the archive does not understand is not noted
    run = _Run(collection, archive, query, limit, itertools.chain((first,), pages), progress)
    try:
        with closing(in_parallel(run.jobs(), run.fetch, threads, archive.transfer.close)) as fetched:
            for job, result in fetched:
                run.settle(job, result)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise CollectError(
            f"The disk is full: {run.outcome.new:,} images of this run are kept.",
            "Free some space and run the same command again: it goes on where it stopped.",
        ) from error
    collection.manifest.end(run.number, now())
    return run.outcome


class _Run:
    def __init__(
        self,
        collection: Collection,
        archive: IsicArchive,
        query: IsicQuery,
        limit: int | None,
        pages: Iterable[Page],
        progress: Progress,
    ) -> None:
        self._collection = collection
        self._manifest = collection.manifest
        self._archive = archive
        self._query = query
        self._pages = pages
        self._progress = progress
        self.number = self._manifest.ask(QueryRecord(SOURCE, query.words, query.licences, limit, started_at=now()))
        self.outcome = Outcome(limit)

    def jobs(self) -> Iterator[Job]:
        """Yield what is to be fetched: first what an earlier run of this query left, then what the archive lists."""
        taken = self._recall()
        for state in ("wanted", "failed"):
            for record in self._manifest.records(state, SOURCE, self.number):
                yield Job(record)
        for found in self._listed():
            if self.outcome.requested is not None and taken >= self.outcome.requested:
                return
            if self._manifest.has_found(self.number, SOURCE, found.record.image_id):
                continue
            objection = found.objection or self._query.objection(found.record)
            if objection:
                self._refuse(found.record, objection)
                continue
            record = self._manifest.find(self.number, found.record)
            if record.state == "forgotten":
                self.outcome.note("forgotten", FORGOTTEN)
                continue
            taken += 1
            if record.state == "fetched" and self._collection.file_of(record).is_file():
                self.outcome.had += 1
                self._tell()
                continue
            yield Job(replace(found.record, state="wanted"), found.url, found.size_bytes)

    def _recall(self) -> int:
        """Take over what an earlier run of this query found before it was cut short; return how many it took."""
        earlier = self._manifest.counts(self.number)
        self.outcome.had = earlier["fetched"]
        for record in self._manifest.records("refused", SOURCE, self.number):
            self.outcome.note("refused", record.reason)
        for _ in range(earlier["forgotten"]):
            self.outcome.note("forgotten", FORGOTTEN)
        return earlier["fetched"] + earlier["wanted"] + earlier["failed"]

    def _listed(self) -> Iterator[Found]:
        for page in self._pages:
            if page.count is not None:
                self.outcome.available = page.count
                self._manifest.tell_available(self.number, page.count)
            for listed in page.images:
                yield read_listed(listed, self._archive)

    def _refuse(self, record: ManifestRecord, objection: str) -> None:
        """Note a refusal; what another query has found keeps its state, since that one may allow more."""
        old = self._manifest.get(SOURCE, record.image_id)
        if old is None or old.state == "refused":
            self._manifest.find(self.number, replace(record, state="refused", reason=objection))
        self.outcome.note("refused", objection)

    def fetch(self, job: Job) -> ManifestRecord:
        """Fetch and store one file; an address that has expired is asked for anew, once. Runs in any thread."""
        if not job.url:
            return self._fetch_anew(job.record)
        try:
            return self._store(job.record, job.url, job.size_bytes)
        except TransferError as error:
            if error.status not in _EXPIRED:
                raise
        return self._fetch_anew(job.record)

    def _fetch_anew(self, record: ManifestRecord) -> ManifestRecord:
        found = read_listed(self._archive.image(record.image_id), self._archive)
        objection = found.objection or self._query.objection(found.record)
        if found.record.image_id != record.image_id:
            objection = f"The archive answers with another image ({found.record.image_id})."
        if objection:
            raise CollectError(objection, "Ask for other images.")
        return self._store(found.record, found.url, found.size_bytes)

    def _store(self, record: ManifestRecord, url: str, size_bytes: int) -> ManifestRecord:
        content = self._archive.transfer.get_bytes(url, MAX_BYTES, size_bytes or None)
        return self._collection.store(record, content)

    def settle(self, job: Job, result: ManifestRecord | LesionLabError) -> None:
        """Note an image as fetched, or why it was not."""
        if isinstance(result, ForgottenError):
            self._collection.refuse(job.record, result.cause)
            self.outcome.note("refused", result.cause)
        elif isinstance(result, LesionLabError):
            self._collection.fail(job.record, result)
            self.outcome.note("failed", f"{job.record.image_id}: {result.cause}")
        else:
            self._manifest.put(result)
            self.outcome.new += 1
        self._tell()

    def _tell(self) -> None:
        done = self.outcome.had + self.outcome.new + self.outcome.failed
        self._progress(done, max(done, self.outcome.wanted), failed=self.outcome.failed)
