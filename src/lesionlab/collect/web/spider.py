"""The one spider: asks for what the frontier hands out, lets the reader read it and the intake decide."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import scrapy
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Request, Response, TextResponse

from lesionlab.collect.web import keeping
from lesionlab.collect.web.archive import ZipImages
from lesionlab.collect.web.findings import Archive, Finding, Found, Page, TryLaterError, UnreadableError
from lesionlab.collect.web.frontier import Task
from lesionlab.collect.web.host_guard import FILE, PAGE
from lesionlab.collect.web.intake import too_large
from lesionlab.collect.web.patience import Patience
from lesionlab.collect.web.politeness import MAX_PAGE_BYTES
from lesionlab.collect.web.reasons import Reason, reason_of
from lesionlab.collect.web.state import Crawl
from lesionlab.collect.web.wishes import wish_of
from lesionlab.records.collected import ManifestRecord

if TYPE_CHECKING:
    from twisted.python.failure import Failure

RETRIES_OF_DAMAGED = 2


class SiteSpider(scrapy.Spider):
    """Crawls one site; what it keeps goes through the collection, what it finds through the intake."""

    name = "lesionlab"

    def __init__(self, crawl: Crawl, **settings: Any) -> None:
        super().__init__(**settings)
        self.crawl = crawl
        self._pages: set[str] = set()

    async def start(self) -> AsyncIterator[Any]:
        """Yield the first requests."""
        self._tell()
        for page in self.crawl.reader.start():
            self._add_page(page)
        for request in self._more():
            yield request

    def on_answer(self, response: Response, task: Task) -> Iterator[Request | None]:
        """Read a page, or keep an image or the images of an archive."""
        if isinstance(task, Page):
            yield from self._guarded(self._on_page(response, task))
        elif isinstance(task, ManifestRecord):
            yield from self._guarded(self._on_image(response, task))
        else:
            yield from self._guarded(self._on_archive(response, task))

    def on_failure(self, failure: Failure) -> Iterator[Request | None]:
        """Note what could not be had, and why."""
        task: Task = failure.request.cb_kwargs["task"]  # type: ignore[attr-defined]
        assert failure.value is not None
        yield from self._guarded(self._failed(task, reason_of(failure.value)))

    # Within

    def _guarded(self, steps: Iterator[Request | None]) -> Iterator[Request | None]:
        """Let a failure that is ours, such as a full disk, end the crawl: Scrapy would only note it in the log."""
        try:
            yield from steps
        except Exception as error:  # noqa: BLE001 - raised again where the crawl was begun
            self.crawl.error = self.crawl.error or error
            self.crawl.frontier.close("The crawl failed.")

    def _on_page(self, response: Response, task: Page) -> Iterator[Request]:
        try:
            if not isinstance(response, TextResponse):
                raise UnreadableError("It is no page but a file.")
            wish = wish_of(response)
            for finding in self._readings(task, response):
                self._found(finding, wish)
        except TryLaterError as error:
            if again := self._again(response.request, str(error), error.wait_s, times=4):
                yield again
                return
            self._trouble(task.url, str(error))
        except UnreadableError as error:
            self._trouble(task.url, str(error))
        yield from self._ended()

    def _readings(self, page: Page, response: TextResponse) -> Iterator[Finding]:
        try:
            yield from self.crawl.reader.read(page, response)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise UnreadableError("Its answer is of an unknown form.") from error

    def _on_image(self, response: Response, task: ManifestRecord) -> Iterator[Request]:
        if again := self._keep(task, response.body, response):
            yield again
            return
        yield from self._ended()

    def _on_archive(self, response: Response, task: Archive) -> Iterator[Request | None]:
        try:
            keeping.check_hash(response.body, task.each.checksum)
            images = ZipImages(task, response.body, self.crawl.limits)
        except (keeping.DamagedError, UnreadableError) as error:
            damaged = isinstance(error, keeping.DamagedError)
            if damaged and (again := self._again(response.request, str(error), None, times=RETRIES_OF_DAMAGED)):
                yield again
                return
            self._trouble(task.name, str(error))
            yield from self._ended()
            return
        wish = wish_of(response)
        for found, info in images.found():
            if self.crawl.frontier.full or self.crawl.frontier.closed:
                break
            record = self._take(found, wish)
            if record is not None:
                try:
                    self._keep(record, images.read(info), None)
                except UnreadableError as error:
                    self.crawl.intake.fail(record, str(error))
            self._tell()
            yield None  # let the reactor breathe
        yield from self._ended()

    def _more(self) -> Iterator[Request]:
        """Yield the requests that may be made now."""
        for task in self.crawl.frontier.next():
            try:
                yield self._request(task)
            except ValueError as error:  # such as an address without a host
                yield from self._failed(task, Reason(f"It is no address: {error}."[:200], refused=True))

    def _request(self, task: Task) -> Request:
        if isinstance(task, Page):
            url, role, limit = task.url, PAGE, MAX_PAGE_BYTES
        elif isinstance(task, Archive):
            url, role, limit = task.each.file_url, FILE, self.crawl.limits.max_archive_bytes
        else:
            url, role, limit = task.file_url, FILE, self.crawl.limits.max_image_bytes
        meta = {"role": role, "download_maxsize": limit}
        return Request(
            url, self.on_answer, errback=self.on_failure, cb_kwargs={"task": task}, meta=meta, dont_filter=True
        )

    def _ended(self) -> Iterator[Request]:
        self.crawl.frontier.ended()
        self._tell()
        yield from self._more()

    def _found(self, finding: Finding, wish: str) -> None:
        if isinstance(finding, Page):
            self._add_page(finding)
        elif isinstance(finding, Archive):
            self._add_archive(finding, wish)
        elif (record := self._take(finding, wish)) is not None and self.crawl.intake.collection is not None:
            self.crawl.frontier.add(record)

    def _take(self, found: Found, wish: str) -> ManifestRecord | None:
        return self.crawl.intake.take(replace(found, refusal=found.refusal or wish))

    def _add_page(self, page: Page) -> None:
        known = page.url in self._pages or (page.image_id and self.crawl.intake.has(page.image_id))
        if page.diagnosis_given:
            self.crawl.intake.add_words(page.image_id, page.diagnosis_given)
        if known:
            return
        self._pages.add(page.url)
        self.crawl.frontier.add(page)

    def _add_archive(self, archive: Archive, wish: str) -> None:
        if self.crawl.intake.has_archive(archive):
            return
        limit = self.crawl.limits.max_archive_bytes
        if wish or archive.each.refusal:
            self._trouble(archive.name, wish or archive.each.refusal)
        elif (archive.each.size_bytes or 0) > limit:
            self._trouble(archive.name, too_large(limit))
        elif refusal := self.crawl.intake.judged(archive.each)[1]:
            self._trouble(archive.name, refusal)
        elif self.crawl.intake.collection is None:
            self._trouble(archive.name, "It is an archive; what it holds is known once it is fetched.")
        else:
            self.crawl.frontier.add(archive)

    def _keep(self, record: ManifestRecord, content: bytes, response: Response | None) -> Request | None:
        """Keep an image; return the request to make again where it came damaged."""
        intake = self.crawl.intake
        assert intake.collection is not None
        if response is not None and (wish := wish_of(response)):
            intake.refuse_file(record, wish)
            return None
        try:
            intake.kept(keeping.keep(intake.collection, record, content))
        except keeping.UnwantedError as error:
            intake.refuse_file(record, str(error))
        except keeping.DamagedError as error:
            request = response.request if response is not None else None
            if again := self._again(request, str(error), None, times=RETRIES_OF_DAMAGED):
                return again
            intake.fail(record, str(error))
        return None

    def _again(self, request: Request | None, why: str, wait_s: float | None, times: int) -> Request | None:
        if request is None:
            return None
        patience = self.crawler.get_downloader_middleware(Patience)
        assert patience is not None
        patience.wait(request, wait_s)
        return get_retry_request(request, spider=self, reason=why, max_retry_times=times)

    def _failed(self, task: Task, reason: Reason) -> Iterator[Request]:
        if reason.lasting:
            self.crawl.frontier.close(reason.text)
        if isinstance(task, ManifestRecord):
            (self.crawl.intake.refuse if reason.refused else self.crawl.intake.fail)(task, reason.text)
        else:
            self._trouble(task.url if isinstance(task, Page) else task.name, reason.text)
        yield from self._ended()

    def _trouble(self, what: str, reason: str) -> None:
        self.crawl.troubles.append(f"{what}: {reason}")

    def _tell(self) -> None:
        tried = self.crawl.intake.tried
        self.crawl.frontier.kept = tried.states["wanted" if self.crawl.intake.collection is None else "fetched"]
        figures = {"failed": tried.states["failed"], "refused": tried.states["refused"]}
        frontier, settled = self.crawl.frontier, sum(tried.states.values())
        if self.crawl.all_wanted:
            self.crawl.progress(settled, settled + frontier.images_waiting, **figures)
        else:
            self.crawl.progress(frontier.kept, self.crawl.limit, **figures)
