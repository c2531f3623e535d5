"""Patience with a host: its crawl delay, its Retry-After, longer and longer waits, and an end to all patience."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy.downloadermiddlewares.retry import RetryMiddleware

from lesionlab.collect.web.refusal import GivenUp

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response

LONGEST_WAIT_S = 600.0
FAILURES_IN_A_ROW = 12
BUSY = (429, 503)


def seconds_asked(retry_after: bytes | None) -> float | None:
    """Return the seconds of a Retry-After header, a number or an HTTP date; None where it says nothing."""
    text = (retry_after or b"").decode("latin-1").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max((until - datetime.now(UTC)).total_seconds(), 0.0)


class Patience(RetryMiddleware):
    """Holds back the requests to a host until it wants them, retries passing failures, and gives up on a lasting one.

    All requests to a host wait, not only the one that was told to.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler.settings)
        self.crawler = crawler
        self._back_off_s = crawler.settings.getfloat("BACK_OFF_S")
        self._free_at: dict[str, float] = {}
        self._delay_s: dict[str, float] = {}
        self._in_a_row: dict[str, int] = {}
        self._given_up: dict[str, str] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the crawler's own."""
        return cls(crawler)

    def keep_delay(self, host: str, seconds: float) -> None:
        """Let so much time pass between two requests to a host, as its robots.txt asks."""
        self._delay_s[host] = seconds

    def hold(self, host: str, seconds: float) -> None:
        """Ask nothing of a host for so long; where that is longer than our patience, for the rest of the crawl."""
        if seconds > LONGEST_WAIT_S:
            self._given_up[host] = f"{host} asks to be left alone for {seconds / 60:,.0f} minutes."
        self._free_at[host] = max(self._free_at.get(host, 0.0), _now() + seconds)

    async def process_request(self, request: Request) -> None:
        """Wait for this request's turn."""
        host = _host(request)
        while True:
            self._check(host)
            now = _now()
            turn = self._free_at.get(host, now)
            if turn <= now:
                self._free_at[host] = now + self._delay_s.get(host, 0.0)
                return
            await asyncio.sleep(turn - now)

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """Return the answer, or the request once more where waiting may mend it."""
        host = _host(request)
        if response.status not in self.retry_http_codes:
            self._in_a_row[host] = 0
            return response
        asked = seconds_asked(response.headers.get("Retry-After")) if response.status in BUSY else None
        self._failed(host, request, asked, f"HTTP {response.status}")
        return super().process_response(request, response)

    def process_exception(
        self, request: Request, exception: Exception, spider: Spider | None = None
    ) -> Request | Response | None:
        """Return the request once more where the failure may pass."""
        if isinstance(exception, self.exceptions_to_retry):
            self._failed(_host(request), request, None, type(exception).__name__)
        return super().process_exception(request, exception)

    def _failed(self, host: str, request: Request, asked: float | None, what: str) -> None:
        self._in_a_row[host] = self._in_a_row.get(host, 0) + 1
        if self._in_a_row[host] >= FAILURES_IN_A_ROW:
            self._given_up[host] = f"{host} failed {self._in_a_row[host]} times in a row (the last time with {what})."
        self.wait(request, asked)
        self._check(host)

    def wait(self, request: Request, asked_s: float | None) -> None:
        """Hold the host of a request back for as long as it asked, or longer each time the request is made again."""
        longer_s = self._back_off_s * 2 ** request.meta.get("retry_times", 0) * random.uniform(1.0, 1.5)
        self.hold(_host(request), longer_s if asked_s is None else asked_s)

    def _check(self, host: str) -> None:
        if host in self._given_up:
            raise GivenUp(self._given_up[host])


def _host(request: Request) -> str:
    return urlsplit(request.url).netloc


def _now() -> float:
    return asyncio.get_event_loop().time()
