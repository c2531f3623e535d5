from __future__ import annotations

from collections.abc import Iterator

import pytest
from isic_host import IsicHost, pictures
from loopback import Answer, serving

from lesionlab.collect.isic_archive import IsicArchive
from lesionlab.collect.isic_query import isic_query
from lesionlab.collect.transfer import Transfer
from lesionlab.collect.transfer_errors import TransferError
from lesionlab.core.errors import CollectError, InputError


@pytest.fixture
def host() -> Iterator[IsicHost]:
    host = IsicHost(pictures(230))
    with serving(host):
        yield host


@pytest.fixture
def archive(host: IsicHost) -> Iterator[IsicArchive]:
    with Transfer(["127.0.0.1"], delay_s=0, attempts=3, sleep=lambda seconds: None, token="secret") as transfer:
        yield IsicArchive(transfer, host.address.removesuffix("/"))


def test_pages_hold_every_image_once_newest_first(host: IsicHost, archive: IsicArchive):
    pages = list(archive.pages(isic_query()))
    assert [len(page.images) for page in pages] == [100, 100, 30]
    assert [page.count for page in pages] == [230, None, None]
    ids = [image["isic_id"] for page in pages for image in page.images]
    assert ids == [held.isic_id for held in host.held]


def test_the_count_of_many_costs_one_small_request(host: IsicHost, archive: IsicArchive):
    assert archive.count(isic_query()) == 230
    assert [request.query["limit"] for request in host.requests] == ["1"]


def test_the_size_is_told_where_the_archive_tells_it(host: IsicHost, archive: IsicArchive):
    assert archive.total_bytes(isic_query()) == sum(len(held.content) for held in host.held)
    host.size_told = False
    assert archive.total_bytes(isic_query()) is None


def test_a_bad_query_is_refused_in_the_archive_s_words(archive: IsicArchive):
    with pytest.raises(InputError, match=r"does not understand the query: Unable to parse search query\."):
        archive.count(isic_query("diagnosis_1:"))


@pytest.mark.parametrize("body", [b"", b"no", b'{"detail": [{"loc": 1}]}', b"\xff", b"[]"])
def test_a_refusal_in_any_form_is_passed_on(host: IsicHost, archive: IsicArchive, body: bytes):
    host.fail(".*/search/", Answer(body, 400))
    with pytest.raises(InputError, match="does not understand"):
        archive.count(isic_query("x"))


def test_one_image_and_one_collection(host: IsicHost, archive: IsicArchive):
    assert archive.image("ISIC_9000003")["isic_id"] == "ISIC_9000003"
    with pytest.raises(TransferError, match="404"):
        archive.image("ISIC_1234567")
    with pytest.raises(CollectError):
        archive.image("../collections/7")
    assert archive.collection_name(7) == "BCN20000"
    with pytest.raises(InputError, match="no public collection 99"):
        archive.collection_name(99)


def test_the_token_goes_to_the_api(host: IsicHost, archive: IsicArchive):
    archive.count(isic_query())
    assert host.requests[0].headers["authorization"] == "Bearer secret"


@pytest.mark.parametrize("told", [[], {}, {"results": 3}, {"results": None, "count": 3}, "x", None])
def test_a_page_that_is_none_is_an_error_of_ours(host: IsicHost, archive: IsicArchive, told: object):
    host.fail(".*/search/", Answer.json(told))
    with pytest.raises(CollectError, match="page without results"):
        list(archive.pages(isic_query()))


def test_pages_that_lead_round_come_to_an_end(host: IsicHost, archive: IsicArchive):
    round_again = {"results": [], "count": 5, "next": f"{host.address}images/search/?cursor=x"}
    host.routes = {".*": lambda request: Answer.json(round_again)}
    with pytest.raises(CollectError, match="goes on after"):
        list(archive.pages(isic_query()))
    assert len(host.requests) < 20


def test_a_next_page_elsewhere_is_not_asked_for(host: IsicHost, archive: IsicArchive):
    away = {"results": [], "count": 5, "next": "https://example.org/?cursor=x"}
    host.fail(".*/search/", Answer.json(away))
    with pytest.raises(TransferError, match="outside the hosts"):
        list(archive.pages(isic_query()))
