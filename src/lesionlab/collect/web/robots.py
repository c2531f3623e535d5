"""robots.txt, obeyed as RFC 9309 says: one that cannot be read allows nothing; its crawl delay is kept."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser

from lesionlab.collect.web.host_guard import ROBOTS
from lesionlab.collect.web.patience import Patience
from lesionlab.collect.web.reasons import reason_of
from lesionlab.collect.web.refusal import Refused

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

AGENT = "LesionLab"
CLOSED = (401, 403, 429)  # the RFC would let these pass as if there were no file; a host that says no means no


@dataclass(frozen=True)
class Rules:
    """What a host allows; without a parser, everything or (with a reason) nothing."""

    parser: ProtegoRobotParser | None = None
    closed: str = ""

    def refusal(self, url: str) -> str:
        """Return why an address may not be asked for, or nothing."""
        if self.closed:
            return self.closed
        if self.parser is None or self.parser.allowed(url, AGENT):
            return ""
        parts = urlsplit(url)
        return f"robots.txt of {parts.netloc} does not allow {parts.path[:100]}."


class RobotsRules(RobotsTxtMiddleware):
    """Asks each host for its rules before anything else, once, and lets nothing pass that they do not allow."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._asked: dict[str, asyncio.Future[Rules]] = {}

    async def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Refuse a request that the host's rules do not allow."""
        if request.meta.get("role") == ROBOTS:
            return
        parts = urlsplit(request.url)
        place = f"{parts.scheme}://{parts.netloc}"
        if place not in self._asked:
            self._asked[place] = asyncio.ensure_future(self._ask(place, parts.netloc))
        if reason := (await asyncio.shield(self._asked[place])).refusal(request.url):
            raise Refused(reason)

    async def _ask(self, place: str, host: str) -> Rules:
        request = Request(f"{place}/robots.txt", callback=NO_CALLBACK, priority=1000, meta={"role": ROBOTS})
        try:
            assert self.crawler.engine is not None
            response = await self.crawler.engine.download_async(request)
        except Exception as error:  # noqa: BLE001 - whatever it was, the rules are not known
            return Rules(closed=f"robots.txt of {host} cannot be read: {reason_of(error).text}")
        rules = _rules(self.crawler, host, response)
        delay_s = rules.parser.crawl_delay(AGENT) if rules.parser is not None else None
        patience = self.crawler.get_downloader_middleware(Patience)
        if delay_s and patience is not None:
            patience.keep_delay(host, delay_s)
        return rules


def _rules(crawler: Crawler, host: str, response: Response) -> Rules:
    if 200 <= response.status < 300:
        return Rules(ProtegoRobotParser.from_crawler(crawler, response.body))
    if 400 <= response.status < 500 and response.status not in CLOSED:
        return Rules()
    return Rules(closed=f"robots.txt of {host} cannot be read (HTTP {response.status}), so nothing is asked.")
