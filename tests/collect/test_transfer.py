from __future__ import annotations

import gzip
import random
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from loopback import Answer, Loopback, Request, cut, serving, told_length

from lesionlab.collect.transfer import CONTACT_VARIABLE, Transfer, user_agent
from lesionlab.collect.transfer_errors import TemporaryError, TransferError
from lesionlab.core.errors import LesionLabError, TooLargeError

PICTURE = b"\xff\xd8\xff" + random.Random(0).randbytes(50_000)


@pytest.fixture
def host() -> Iterator[Loopback]:
    host = Loopback()
    host.routes = {
        "/told": lambda request: Answer.json({"asked": request.query, "by": request.headers.get("user-agent")}),
        "/picture": lambda request: Answer(PICTURE, headers={"Content-Type": "image/jpeg"}),
    }
    with serving(host):
        yield host


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def transfer(slept: list[float]) -> Iterator[Transfer]:
    with Transfer(["127.0.0.1"], delay_s=0, attempts=4, sleep=slept.append, token="secret") as transfer:
        yield transfer


def test_a_question_carries_its_parameters_and_our_name(host: Loopback, transfer: Transfer):
    told = transfer.get_json(f"{host.base}/told?x=1", {"query": 'a:"b c" AND d:é', "limit": 3})
    assert told == {"asked": {"x": "1", "query": 'a:"b c" AND d:é', "limit": "3"}, "by": user_agent()}


def test_our_name_holds_the_version_and_where_to_complain(monkeypatch: pytest.MonkeyPatch):
    assert user_agent().startswith("LesionLab/0.")
    assert user_agent("mail@example.org").endswith(" (+mail@example.org)")
    monkeypatch.setenv(CONTACT_VARIABLE, "https://example.org/\r\nX-Evil: (1)")
    assert user_agent().endswith(" (+https://example.org/X-Evil: 1)")


def test_the_token_goes_with_questions_and_never_with_files(host: Loopback, transfer: Transfer, tmp_path):
    transfer.get_json(f"{host.base}/told")
    transfer.get_bytes(f"{host.base}/picture", 10**6)
    transfer.download(f"{host.base}/picture", tmp_path / "picture")
    tokens = [request.headers.get("authorization") for request in host.requests]
    assert tokens == ["Bearer secret", None, None]


def test_the_token_does_not_follow_a_redirect_to_another_origin(host: Loopback):
    other = Loopback()
    other.routes["/there"] = lambda request: Answer.json({"token": request.headers.get("authorization")})
    with serving(other), Transfer(["127.0.0.1"], delay_s=0, token="secret") as transfer:
        host.routes["/moved"] = lambda request: Answer(status=302, headers={"Location": f"{other.base}/there"})
        host.routes["/near"] = lambda request: Answer(status=307, headers={"Location": "/moved"})
        assert transfer.get_json(f"{host.base}/near") == {"token": None}
    assert [request.headers.get("authorization") for request in host.requests] == ["Bearer secret"] * 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_on_allowed_hosts(host: Loopback, transfer: Transfer, status: int):
    host.routes["/moved"] = lambda request: Answer(status=status, headers={"Location": "picture"})
    assert transfer.get_bytes(f"{host.base}/moved", 10**6) == PICTURE


@pytest.mark.parametrize(
    "where", ["{elsewhere}/picture", "https://example.org/x", "file:///etc/passwd", "//[", "ftp://127.0.0.1/x"]
)
def test_a_redirect_off_the_allowed_hosts_is_not_followed(host: Loopback, transfer: Transfer, where: str):
    target = where.format(elsewhere=host.elsewhere)
    host.routes["/moved"] = lambda request: Answer(status=302, headers={"Location": target})
    with pytest.raises(TransferError):
        transfer.get_bytes(f"{host.base}/moved", 10**6)
    assert host.asked("/picture") == []


def test_redirects_that_go_round_come_to_an_end(host: Loopback, transfer: Transfer):
    host.routes["/round"] = lambda request: Answer(status=302, headers={"Location": "/round"})
    with pytest.raises(TransferError, match="redirects more than"):
        transfer.get_json(f"{host.base}/round")
    assert len(host.requests) <= 8


@pytest.mark.parametrize(
    "fault", [Answer(status=500), Answer(status=503), Answer(status=429), Answer(status=408), cut(1000)]
)
def test_a_passing_fault_is_tried_again(host: Loopback, transfer: Transfer, slept: list[float], fault):
    host.fail("/picture", fault, times=3)
    assert transfer.get_bytes(f"{host.base}/picture", 10**6) == PICTURE
    assert len(host.requests) == 4
    assert len(slept) == 3
    assert all(0 < seconds <= 60 for seconds in slept)


def test_attempts_are_bounded_and_the_last_fault_is_told(host: Loopback, transfer: Transfer):
    host.fail("/picture", Answer(status=503), times=100)
    with pytest.raises(TemporaryError, match="answered 503 Service Unavailable") as raised:
        transfer.get_bytes(f"{host.base}/picture", 10**6)
    assert raised.value.status == 503
    assert len(host.requests) == 4


def test_a_refusal_is_not_tried_again_and_speaks_in_the_host_s_words(host: Loopback, transfer: Transfer):
    host.routes["/bad"] = lambda request: Answer.json({"message": "no such field"}, 400)
    with pytest.raises(TransferError) as raised:
        transfer.get_json(f"{host.base}/bad?secret=1")
    assert not isinstance(raised.value, TemporaryError)
    assert raised.value.status == 400
    assert "no such field" in raised.value.answer
    assert "secret" not in str(raised.value)
    assert len(host.requests) == 1


def test_a_host_s_retry_after_is_kept_by_all_that_ask_it(host: Loopback):
    waits: list[float] = []
    now = [100.0]

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    with Transfer(["127.0.0.1"], delay_s=0, sleep=sleep) as transfer:
        transfer._sender._pace._clock = lambda: now[0]
        host.fail("/picture", Answer(status=429, headers={"Retry-After": "7"}))
        assert transfer.get_bytes(f"{host.base}/picture", 10**6) == PICTURE
        assert waits == [7.0]
        until = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
        host.fail("/told", Answer(status=503, headers={"Retry-After": until}))
        transfer.get_json(f"{host.base}/told")
        assert waits[1] == pytest.approx(30, abs=3)


def test_a_body_longer_than_the_limit_is_given_up_early(host: Loopback, transfer: Transfer):
    with pytest.raises(TooLargeError, match="50,003 bytes"):
        transfer.get_bytes(f"{host.base}/picture", 1000)
    assert len(host.requests) == 1


def test_a_bomb_of_compressed_bytes_is_given_up_early(host: Loopback, transfer: Transfer):
    host.routes["/bomb"] = lambda request: Answer(gzip.compress(bytes(10**7)), headers={"Content-Encoding": "gzip"})
    with pytest.raises(TooLargeError):
        transfer.get_bytes(f"{host.base}/bomb", 10**5)


@pytest.mark.parametrize("fault", [told_length(60_000), told_length(40_000)])
def test_a_wrong_length_is_tried_again(host: Loopback, transfer: Transfer, fault):
    host.fail("/picture", fault)
    assert transfer.get_bytes(f"{host.base}/picture", 10**6, len(PICTURE)) == PICTURE


def test_another_length_than_expected_is_an_error(host: Loopback, transfer: Transfer):
    with pytest.raises(TemporaryError, match="50,003 bytes instead of 99"):
        transfer.get_bytes(f"{host.base}/picture", 10**6, 99)


PAGES = [
    Answer(b"<!DOCTYPE html><p>Please log in", headers={"Content-Type": "text/html"}),
    Answer(b"\n\n  <html>down", headers={"Content-Type": "image/jpeg"}),
    Answer(b"try later", headers={"Content-Type": "text/plain; charset=utf-8"}),
    Answer(b'{"error": "x"}', headers={"Content-Type": "application/json"}),
    Answer(b"\xef\xbb\xbf<?xml version='1.0'?><Error/>"),
]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_in_place_of_an_image_is_refused(host: Loopback, transfer: Transfer, page: Answer):
    host.fail("/picture", page, times=2)
    assert transfer.get_bytes(f"{host.base}/picture", 10**6) == PICTURE
    host.fail("/picture", page, times=100)
    with pytest.raises(TemporaryError, match="page"):
        transfer.get_bytes(f"{host.base}/picture", 10**6)
    host.fail("/told", page)
    if page.body[:1] != b"{":
        assert transfer.get_bytes(f"{host.base}/picture", 10**6, image=False) == page.body


def test_an_answer_that_is_no_json_is_tried_again(host: Loopback, transfer: Transfer):
    host.fail("/told", Answer(b"<html>"), times=3)
    assert "asked" in transfer.get_json(f"{host.base}/told")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "https://evil127.0.0.1.example.org/",
        "127.0.0.1/x",
        "",
        "http://[::1",
        "http://127.0.0.1:99999/",
    ],
)
def test_an_address_that_is_not_allowed_is_not_asked(transfer: Transfer, url: str):
    with pytest.raises(TransferError):
        transfer.get_json(url)


def test_a_host_that_is_not_there_is_told(transfer: Transfer):
    with pytest.raises(TemporaryError, match=r"connection to 127\.0\.0\.1:9/x failed"):
        transfer.get_json("http://127.0.0.1:9/x")


def test_closing_wakes_what_waits(host: Loopback):
    transfer = Transfer(["127.0.0.1"], delay_s=0)
    host.fail("/told", Answer(status=429, headers={"Retry-After": "300"}), times=100)
    threading.Timer(0.2, transfer.close).start()
    with pytest.raises(TransferError):
        transfer.get_json(f"{host.base}/told")


def test_a_request_after_closing_is_an_error_of_ours(host: Loopback):
    transfer = Transfer(["127.0.0.1"], delay_s=0)
    transfer.close()
    with pytest.raises(TransferError, match="was stopped"):
        transfer.get_json(f"{host.base}/told")


def test_whatever_a_host_answers_gives_an_answer_or_one_of_our_errors(host: Loopback, transfer: Transfer, tmp_path):
    draw = random.Random(5)

    def anything(request: Request) -> Answer:
        body = draw.randbytes(draw.choice((0, 1, 300)))
        headers = draw.choice(
            [
                {},
                {"Location": "".join(map(chr, draw.choices(range(33, 127), k=12)))},
                {"Retry-After": draw.choice(("-1", "soon", "1e9", "٣", "Wed, 99 Foo"))},
                {"Content-Encoding": draw.choice(("gzip", "br", "zstd", "x"))},
                {"Content-Range": draw.choice(("bytes 5-9/1", "x", "bytes */0"))},
                {"Content-Type": "\xff;;"},
            ]
        )
        headers = {name: value.encode("latin-1", "replace").decode("latin-1") for name, value in headers.items()}
        return Answer(
            body, draw.choice((200, 206, 204, 301, 302, 304, 400, 403, 404, 416, 418, 429, 500, 599)), headers
        )

    host.routes = {"/.*": anything}
    told: list[LesionLabError] = []
    for number in range(150):
        for ask in (
            lambda: transfer.get_json(f"{host.base}/a"),
            lambda: transfer.get_bytes(f"{host.base}/a", 1000),
            lambda number=number: transfer.download(f"{host.base}/a", tmp_path / str(number)),
        ):
            try:
                ask()
            except (TransferError, TooLargeError) as error:
                told.append(error)
    assert len(told) > 100
    assert all(error.cause.endswith(".") and error.cure.endswith(".") for error in told)
