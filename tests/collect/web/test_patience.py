from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from scrapy import Request, Spider
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from lesionlab.collect.web import patience as module
from lesionlab.collect.web.patience import FAILURES_IN_A_ROW, Patience, seconds_asked
from lesionlab.collect.web.refusal import GivenUp

URL = "https://example.org/a"


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> Patience:
    crawler = get_crawler(Spider, {"BACK_OFF_S": 2.0, "RETRY_TIMES": 4})
    crawler.spider = Spider("x")
    crawler.spider.crawler = crawler
    clock = [0.0]

    async def sleep(seconds: float) -> None:
        clock[0] += seconds

    monkeypatch.setattr(module, "_now", lambda: clock[0])
    monkeypatch.setattr(asyncio, "sleep", sleep)
    made = Patience.from_crawler(crawler)
    made.clock = clock  # type: ignore[attr-defined]
    return made


def asked_at(patience: Patience, url: str = URL) -> float:
    asyncio.run(patience.process_request(Request(url)))
    return float(patience.clock[0])  # type: ignore[attr-defined]


def answer(status: int, retry_after: str = "") -> Response:
    return Response(URL, status=status, headers={"Retry-After": retry_after} if retry_after else {})


def test_retry_after_in_both_of_its_forms():
    assert seconds_asked(b"120") == 120.0
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert seconds_asked(soon.encode()) == pytest.approx(90, abs=2)
    assert seconds_asked(b"Mon, 01 Jan 2001 00:00:00 GMT") == 0.0
    for nothing in (None, b"", b"soon", b"-3", "٣".encode()):
        assert seconds_asked(nothing) is None


def test_all_requests_to_a_host_wait_for_as_long_as_it_asked(patience: Patience):
    assert asked_at(patience) == 0.0
    again = patience.process_response(Request(URL), answer(429, "30"))
    assert isinstance(again, Request)
    assert asked_at(patience, "https://example.org/other") == 30.0


def test_another_host_does_not_wait(patience: Patience):
    patience.process_response(Request(URL), answer(503, "30"))
    assert asked_at(patience, "https://files.example.org/") == 0.0


def test_without_a_word_the_waits_grow(patience: Patience):
    request: Request | Response | None = Request(URL)
    waits = []
    for _ in range(4):
        before = asked_at(patience)
        assert isinstance(request, Request)
        request = patience.process_exception(request, DownloadTimeoutError())
        waits.append(asked_at(patience) - before)
    assert [2 <= waits[0] <= 3, 4 <= waits[1] <= 6, 8 <= waits[2] <= 12, 16 <= waits[3] <= 24] == [True] * 4
    assert isinstance(request, Request)
    assert patience.process_exception(request, DownloadTimeoutError()) is None  # that was the last time


def test_a_crawl_delay_lies_between_requests(patience: Patience):
    patience.keep_delay("example.org", 10.0)
    assert [asked_at(patience) for _ in range(3)] == [0.0, 10.0, 20.0]


def test_more_than_our_patience_ends_all(patience: Patience):
    with pytest.raises(GivenUp, match="60 minutes"):
        patience.process_response(Request(URL), answer(429, "3600"))
    with pytest.raises(GivenUp):
        asked_at(patience)
    assert asked_at(patience, "https://files.example.org/") == 0.0


def test_a_host_that_only_fails_is_given_up_and_one_success_forgives(patience: Patience):
    def fail() -> None:
        patience.process_response(Request(URL), answer(500, "0"))

    for _ in range(FAILURES_IN_A_ROW - 1):
        fail()
    assert patience.process_response(Request(URL), answer(200)).status == 200  # type: ignore[union-attr]
    for _ in range(FAILURES_IN_A_ROW - 1):
        fail()
    with pytest.raises(GivenUp, match="12 times in a row"):
        fail()


def test_what_is_gone_is_not_asked_for_again(patience: Patience):
    assert patience.process_response(Request(URL), answer(404)).status == 404  # type: ignore[union-attr]
    assert asked_at(patience) == 0.0
