from __future__ import annotations

import asyncio
from typing import Any

import pytest
from scrapy import Request, Spider
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import Response, TextResponse
from scrapy.utils.test import get_crawler

from lesionlab.collect.web.host_guard import ROBOTS
from lesionlab.collect.web.refusal import Refused
from lesionlab.collect.web.robots import RobotsRules


class Host:
    """Answers for the engine, and remembers what it was asked."""

    def __init__(self, answer: Response | Exception) -> None:
        self.answer = answer
        self.asked: list[Request] = []

    async def download_async(self, request: Request) -> Response:
        self.asked.append(request)
        await asyncio.sleep(0)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Delays:
    def __init__(self) -> None:
        self.kept: dict[str, float] = {}

    def keep_delay(self, host: str, seconds: float) -> None:
        self.kept[host] = seconds


def rules_of(answer: Response | Exception | str, delays: Delays | None = None) -> tuple[RobotsRules, Host]:
    if isinstance(answer, str):
        answer = TextResponse("https://example.org/robots.txt", body=answer.encode())
    crawler: Any = get_crawler(Spider, {"ROBOTSTXT_OBEY": True})
    crawler.engine = host = Host(answer)
    crawler.get_downloader_middleware = lambda kind: delays
    return RobotsRules(crawler), host


def allowed(rules: RobotsRules, *urls: str) -> list[bool]:
    async def one(url: str) -> bool:
        try:
            await rules.process_request(Request(url))
        except Refused:
            return False
        return True

    async def all_at_once() -> list[bool]:
        return await asyncio.gather(*(one(url) for url in urls))

    return asyncio.run(all_at_once())


def test_rules_for_us_and_for_all_are_obeyed():
    rules, host = rules_of(
        "User-agent: *\nDisallow: /w/\nAllow: /w/load.php\n\nUser-agent: LesionLab\nDisallow: /private\n"
    )
    assert allowed(rules, "https://example.org/private/x", "https://example.org/w/api.php") == [False, True]
    rules, host = rules_of("User-agent: *\nDisallow: /api\nAllow: /api/records/*/files\n")
    urls = ["https://example.org/api/records/1", "https://example.org/api/records/1/files/a.jpg/content"]
    assert allowed(rules, *urls, "https://example.org/records/1") == [False, True, True]
    assert len(host.asked) == 1  # though three asked at once


def test_the_api_that_a_wiki_disallows_is_not_asked():
    rules, _ = rules_of("User-agent: *\nAllow: /w/load.php?\nDisallow: /w/\nDisallow: /api/\n")
    urls = ["https://example.org/w/api.php?action=query", "https://example.org/wiki/Category:Melanoma"]
    assert allowed(rules, *urls) == [False, True]


@pytest.mark.parametrize("status", [500, 503, 429, 401, 403, 302])
def test_rules_that_cannot_be_read_allow_nothing(status: int):
    rules, _ = rules_of(Response("https://example.org/robots.txt", status=status))
    assert allowed(rules, "https://example.org/") == [False]


@pytest.mark.parametrize("error", [DownloadTimeoutError("no answer"), Refused("off the hosts"), OSError("odd")])
def test_rules_that_cannot_be_had_allow_nothing(error: Exception):
    rules, _ = rules_of(error)
    assert allowed(rules, "https://example.org/") == [False]


@pytest.mark.parametrize("status", [404, 410])
def test_where_there_are_none_all_is_allowed(status: int):
    rules, _ = rules_of(Response("https://example.org/robots.txt", status=status))
    assert allowed(rules, "https://example.org/") == [True]


def test_the_crawl_delay_is_kept():
    delays = Delays()
    rules, _ = rules_of("User-agent: *\nCrawl-delay: 10\n", delays)
    assert allowed(rules, "https://example.org/") == [True]
    assert delays.kept == {"example.org": 10.0}


def test_the_request_for_the_rules_waits_for_no_rules():
    rules, host = rules_of("User-agent: *\nDisallow: /\n")
    request = Request("https://example.org/moved-robots", meta={"role": ROBOTS})
    asyncio.run(rules.process_request(request))
    assert host.asked == []
