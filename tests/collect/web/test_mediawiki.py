from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from scrapy.http import TextResponse

from lesionlab.collect.web.findings import Found, Page, TryLaterError, UnreadableError
from lesionlab.collect.web.mediawiki import MediaWikiReader
from lesionlab.collect.web.site import MediaWikiSource

API = "https://example.org/w/api.php"


def reader(*categories: str, depth: int = 0) -> MediaWikiReader:
    return MediaWikiReader(MediaWikiSource(API, categories or ("Category:Melanoma",)), depth)


def answered(plain: Any, **headers: str) -> TextResponse:
    return TextResponse(API, body=json.dumps(plain).encode(), headers=headers)


def query_of(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def file(pageid: int, **info: Any) -> dict[str, Any]:
    return {"pageid": pageid, "title": f"File:{pageid}.jpg", "imageinfo": [{"url": f"https://f/{pageid}.jpg", **info}]}


def test_each_category_is_asked_for_its_files_and_its_subcategories_to_a_depth():
    asked = [query_of(page) for page in reader("Melanoma", "Category:Nævi", depth=1).start()]
    assert [(q.get("gcmtitle") or q["cmtitle"], q.get("cmtype", "file")) for q in asked] == [
        *[("Category:Melanoma", "file"), ("Category:Melanoma", "subcat")],
        *[("Category:Nævi", "file"), ("Category:Nævi", "subcat")],
    ]
    assert all(q["maxlag"] == "5" for q in asked)
    assert len(list(reader(depth=0).start())) == 1


def test_categories_that_hold_one_another_are_read_once():
    one = reader("Category:A", depth=5)
    _, subcategories = one.start()
    members = {"query": {"categorymembers": [{"title": "Category:A"}, {"title": "Category:B"}]}}
    found = list(one.read(subcategories, answered(members)))
    assert [query_of(page).get("gcmtitle") for page in found if isinstance(page, Page)] == ["Category:B", None]
    assert list(one.read(subcategories, answered(members))) == []


def test_every_value_of_a_continue_goes_back():
    one = reader()
    (page,) = one.start()
    onward = {"iicontinue": "x|2", "gcmcontinue": "file|AB|1", "continue": "gcmcontinue||"}
    (following,) = one.read(page, answered({"continue": onward, "query": {"pages": []}}))
    assert isinstance(following, Page)
    assert {name: query_of(following)[name] for name in onward} == onward
    assert query_of(following)["gcmtitle"] == "Category:Melanoma"


def test_a_file_whose_data_come_in_a_later_answer_is_neither_lost_nor_told_twice():
    one = reader()
    (page,) = one.start()
    first = {"query": {"pages": [file(1), {"pageid": 2, "title": "File:2.jpg"}]}, "continue": {"iicontinue": "1"}}
    second = {"query": {"pages": [{"pageid": 1, "title": "File:1.jpg"}, file(2)]}, "batchcomplete": True}
    found = [f for answer in (first, second) for f in one.read(page, answered(answer)) if isinstance(f, Found)]
    assert [f.image_id for f in found] == ["1", "2", "1"]  # the third says that nothing came of it; it is known by then
    assert [f.refusal for f in found[:2]] == ["", ""]


def test_a_file_of_which_nothing_comes_is_told():
    one = reader()
    (page,) = one.start()
    (found,) = one.read(page, answered({"query": {"pages": [{"pageid": 9, "title": "File:9"}]}, "batchcomplete": True}))
    assert isinstance(found, Found)
    assert (found.image_id, found.refusal) == ("9", "The API tells of no file.")


def test_author_and_credit_lose_their_markup():
    one = reader()
    (page,) = one.start()
    told = {"Artist": {"value": "<bdi>Ada</bdi>"}, "Credit": {"value": "<b>Own work</b>"}, "License": {"value": "cc0"}}
    (found,) = one.read(page, answered({"query": {"pages": [file(1, extmetadata=told)]}}))
    assert isinstance(found, Found)
    assert (found.attribution, found.statements) == ("Ada (Own work)", (("cc0",),))
    (named,) = one.read(
        page,
        answered({"query": {"pages": [file(1, extmetadata={**told, "Attribution": {"value": "<i>As I wish</i>"}})]}}),
    )
    assert isinstance(named, Found)
    assert named.attribution == "As I wish"


def test_an_address_that_is_none_of_the_web_is_not_kept():
    one = reader()
    (page,) = one.start()
    (found,) = one.read(page, answered({"query": {"pages": [file(1, descriptionurl="javascript:alert(1)")]}}))
    assert isinstance(found, Found)
    assert found.page_url == ""


def test_a_busy_host_is_waited_for_and_a_refusal_told():
    one = reader()
    (page,) = one.start()
    with pytest.raises(TryLaterError, match="maxlag") as caught:
        list(one.read(page, answered({"error": {"code": "maxlag", "info": "lag"}}, **{"Retry-After": "7"})))
    assert caught.value.wait_s == 7.0
    with pytest.raises(UnreadableError, match="invalidcategory"):
        list(one.read(page, answered({"error": {"code": "invalidcategory", "info": "no"}})))


@pytest.mark.parametrize("body", [b"<html>", b"[1]", b""])
def test_what_is_no_answer_is_told(body: bytes):
    one = reader()
    (page,) = one.start()
    with pytest.raises(UnreadableError):
        list(one.read(page, TextResponse(API, body=body)))
