"""Run a crawl to its end, in this process, once: Twisted's reactor starts no second time."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from lesionlab.collect.collection import Collection, now
from lesionlab.collect.transfer import user_agent
from lesionlab.collect.web import politeness
from lesionlab.collect.web.findings import Reader
from lesionlab.collect.web.frontier import Frontier
from lesionlab.collect.web.gallery import GalleryReader
from lesionlab.collect.web.intake import Intake
from lesionlab.collect.web.mediawiki import MediaWikiReader
from lesionlab.collect.web.repository import RepositoryReader
from lesionlab.collect.web.site import Site
from lesionlab.collect.web.spider import SiteSpider
from lesionlab.collect.web.state import Crawl
from lesionlab.core.errors import CollectError
from lesionlab.core.progress import Progress, silent
from lesionlab.records.collected import QueryRecord


def reader_of(site: Site) -> Reader:
    """Return the reader of a site's kind."""
    if site.mediawiki is not None:
        return MediaWikiReader(site.mediawiki, site.limits.depth)
    if site.gallery is not None:
        return GalleryReader(site.gallery, site.limits.depth)
    assert site.repository is not None
    return RepositoryReader(site.repository)


def crawl_site(
    site: Site,
    collection: Collection | None,
    *,
    log_file: Path,
    contact: str,
    requested: int | None = None,
    licences: Sequence[str] = (),
    progress: Progress = silent,
) -> Crawl:
    """Crawl a site and return what came of it; without a collection, pages alone are asked and nothing is written.

    Raises:
        CollectError: the manifest or the disk failed.
        KeyboardInterrupt: the user or the system asked to stop; the next run goes on.
    """
    number = 0
    if collection is not None:
        query = QueryRecord(site.name, ", ".join(site.starts), tuple(licences), requested, started_at=now())
        number = collection.manifest.ask(query)
    limit = min(requested or site.limits.max_images, site.limits.max_images)
    frontier = Frontier(limit, site.limits.max_pages, politeness.POLITE.at_once)
    intake = Intake(site, collection, number, licences)
    crawl = Crawl(reader_of(site), intake, frontier, site.limits, limit, requested is None, progress)
    _run(crawl, politeness.settings(site, user_agent(contact), log_file, politeness.POLITE), log_file)
    if crawl.error is not None:
        raise crawl.error
    if frontier.full and (requested is None or requested > limit):
        frontier.close(f"The site's limit of {limit:,} images was reached.")
    if frontier.closed:
        crawl.troubles.append(frontier.closed)
    if collection is not None:
        if crawl.available is not None:
            collection.manifest.tell_available(number, crawl.available)
        if not crawl.troubles and not intake.tried.states["failed"]:
            collection.manifest.end(number, now())
    return crawl


def _run(crawl: Crawl, settings: dict[str, Any], log_file: Path) -> None:
    from scrapy.crawler import AsyncCrawlerRunner
    from scrapy.settings import Settings
    from scrapy.utils.reactor import install_reactor

    with _logging(log_file):
        install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
        from twisted.internet import reactor as installed

        reactor: Any = installed  # its methods are known only once it is installed
        runner = AsyncCrawlerRunner(Settings(settings, priority="cmdline"))
        task = runner.crawl(SiteSpider, crawl=crawl)
        task.add_done_callback(lambda _: _stop(reactor))
        with _stopping_at_once(reactor) as stopped:
            reactor.run(installSignalHandlers=False)
        if stopped:
            raise KeyboardInterrupt
        if task.done() and not task.cancelled() and (error := task.exception()) is not None:
            raise CollectError(f"The crawl could not begin ({type(error).__name__}: {error}).", f"See {log_file}.")


def _stop(reactor: Any) -> None:
    if reactor.running:
        reactor.stop()


@contextmanager
def _stopping_at_once(reactor: Any) -> Iterator[list[int]]:
    """Stop the reactor at the first signal: what is kept is whole, and what is not comes with the next run."""
    received: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        received.append(number)
        reactor.callFromThread(_stop, reactor)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _logging(log_file: Path) -> Iterator[None]:
    """Send what Scrapy and Twisted tell to a file, and nothing to the terminal."""
    from twisted.python.log import PythonLoggingObserver

    log_file.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(log_file, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s: %(message)s"))
    root, observer = logging.getLogger(), PythonLoggingObserver("twisted")  # type: ignore[no-untyped-call]
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    hook, sys.unraisablehook = sys.unraisablehook, lambda _: None  # tasks cut off by a stop
    observer.start()
    try:
        yield
    finally:
        observer.stop()
        sys.unraisablehook = hook
        root.removeHandler(handler)
        root.setLevel(level)
        handler.close()
