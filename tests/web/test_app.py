"""What holds for every page: notice, language, title, heading, links that work, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from lesionlab.core.notice import NOTICE

PAGES = (
    "/",
    "/generate",
    "/generate?diagnosis=nv&count=3&seed=7",
    "/generate?diagnosis=mel,nv&count=3&truncation=1.5",
    "/morph",
    "/classify",
    "/classify?synthetic=nv:7",
    "/classify?procedural=mel:3",
    "/reader",
    "/data",
    "/audit",
    "/studies",
    "/models",
    "/models/generator",
    "/models/classifier",
)


@pytest.mark.parametrize("address", PAGES)
def test_a_page_has_what_every_page_has(page_of: Callable[[str], Any], address: str) -> None:
    page = page_of(address)
    assert NOTICE in page.text
    assert page.language == "en"
    assert page.title.endswith("LesionLab")
    assert len(page.title) > len(" · LesionLab")
    assert len(page.headings) == 1
    assert page.unlabelled_images == 0
    assert page.inline == []
    assert page.links[0] == "#main"


@pytest.mark.parametrize("address", PAGES)
def test_nothing_on_a_page_comes_from_elsewhere(page_of: Callable[[str], Any], address: str) -> None:
    page = page_of(address)
    assert [a for a in page.links + page.sources if not a.startswith(("/", "#", "data:image/png;"))] == []


def test_every_internal_link_and_source_answers(client: FlaskClient, page_of: Callable[[str], Any]) -> None:
    pages = [page_of(address) for address in PAGES]
    addresses = {a for page in pages for a in page.links + page.sources if a.startswith("/")}
    assert len(addresses) > 50
    broken = {a: client.get(a).status_code for a in sorted(addresses)}
    assert {a: status for a, status in broken.items() if status != 200} == {}


def test_the_style_sheets_ask_for_nothing_from_elsewhere(app: APIFlask) -> None:
    from pathlib import Path

    assert app.static_folder
    files = [p for p in Path(app.static_folder).iterdir() if p.suffix in (".css", ".js")]
    assert len(files) >= 7
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert "http" not in text, file
        assert "//" not in text.replace("// ", ""), file


def test_there_is_no_page_of_the_framework(client: FlaskClient) -> None:
    assert client.get("/docs").status_code == 404
    assert client.get("/redoc").status_code == 404
