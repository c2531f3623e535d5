"""Sites, pages and collections that the tests of the web crawler share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scrapy.http import HtmlResponse, Request

from lesionlab.collect.collection import Collection, open_collection
from lesionlab.collect.web.site import GallerySource, Site

Page = Callable[..., HtmlResponse]


@pytest.fixture
def site() -> Site:
    """A gallery on one host."""
    return Site(
        name="example",
        kind="gallery",
        page_hosts=("example.org",),
        file_hosts=("files.example.org",),
        diagnoses={"Melanoma": "mel", "superficial spreading melanoma": "mel", "Naevus": "nv"},
        gallery=GallerySource(start=("https://example.org/",)),
    )


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    """An empty collection."""
    with open_collection(tmp_path / "collect", create=True) as opened:
        yield opened


@pytest.fixture
def html_page() -> Page:
    """Make the response to a request for a page."""

    def make(body: str, head: str = "", url: str = "https://example.org/list/", **headers: str) -> HtmlResponse:
        text = f"<html><head>{head}</head><body>{body}</body></html>"
        return HtmlResponse(url, body=text.encode(), encoding="utf-8", request=Request(url), headers=headers)

    return make
