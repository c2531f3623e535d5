from __future__ import annotations

import pytest
from scrapy.http import Response
from web_pictures import picture, with_xmp

from lesionlab.collect.web.wishes import licence_in_file, wish_in_file, wish_of


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("noai", "noai"),
        ("noindex, NoImageAI", "noimageai"),
        ("otherbot: noai", "noai"),  # a wish to one is taken as a wish to all
        ("noindex", ""),
        ("all", ""),
    ],
)
def test_the_header_s_wish(header: str, told: str):
    wish = wish_of(Response("https://example.org/a.jpg", headers={"X-Robots-Tag": header}))
    assert (told in wish and bool(wish)) == bool(told)


def test_every_header_counts():
    response = Response("https://example.org/", headers={"X-Robots-Tag": ["noindex", "noai"]})
    assert "noai" in wish_of(response)


def test_a_reservation_of_mining_counts():
    assert wish_of(Response("https://example.org/", headers={"TDM-Reservation": "1"}))
    assert not wish_of(Response("https://example.org/", headers={"TDM-Reservation": "0"}))


@pytest.mark.parametrize(
    ("head", "wished"),
    [
        ('<meta name="robots" content="noai, noimageai">', True),
        ('<META NAME="ROBOTS" CONTENT="NOAI">', True),
        ('<meta name="googlebot" content="noimageai">', True),
        ('<meta name="tdm-reservation" content="1">', True),
        ('<meta name="robots" content="noindex">', False),
        ('<meta name="keywords" content="noai">', False),
        ('<meta name="description" content="the noai tag explained">', False),
        ("", False),
    ],
)
def test_the_page_s_wish(html_page, head: str, wished: bool):
    assert bool(wish_of(html_page("", head))) == wished


def test_the_file_s_own_wish_and_licence():
    mining = 'plus:DataMining="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-AIMLTRAINING"'
    assert "DMI-PROHIBITED-AIMLTRAINING" in wish_in_file(with_xmp(picture(1), mining))
    allowed = 'plus:DataMining="http://ns.useplus.org/ldf/vocab/DMI-ALLOWED"'
    assert wish_in_file(with_xmp(picture(1), allowed)) == ""
    stated = 'xmpRights:WebStatement="https://creativecommons.org/licenses/by/4.0/"'
    assert licence_in_file(with_xmp(picture(1), stated)) == "https://creativecommons.org/licenses/by/4.0/"


@pytest.mark.parametrize("content", [b"", b"no image", picture(1)[:80], picture(1)])
def test_a_file_that_says_nothing_has_no_wish(content: bytes):
    assert (wish_in_file(content), licence_in_file(content)) == ("", "")
