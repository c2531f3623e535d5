from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from lesionlab.curate.audit import Lists, audit_prepared
from lesionlab.curate.audit_page import audit_page, balance
from lesionlab.curate.audit_thumbnails import thumbnails
from lesionlab.curate.audit_words import verdict
from lesionlab.data.prepared import PreparedData
from lesionlab.records.audit import Audit, Omission, Source

VOID = {"meta", "link", "img", "br", "hr", "input"}


class Page(HTMLParser):
    """A page, read strictly: every element is closed, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.headings: list[tuple[int, str]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attributes}))
        if tag not in VOID:
            self._open.append(tag)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append((int(tag[1]), ""))

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attributes}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and re.fullmatch(r"h[1-6]", self._open[-1]):
            level, text = self.headings[-1]
            self.headings[-1] = level, text + data.strip()


@pytest.fixture(scope="module")
def clean(tiny_data: PreparedData) -> Audit:
    return audit_prepared(tiny_data)


@pytest.fixture(scope="module")
def leaking(tiny_data: PreparedData) -> Audit:
    rows = [replace(row, part="test" if index % 3 == 0 else "train") for index, row in enumerate(tiny_data.split.rows)]
    return audit_prepared(
        tiny_data, lists=Lists("theirs <b>", ("train", "test"), tuple(rows), (Omission("odd", 1, ("<i>",)),))
    )


@pytest.fixture(params=["clean", "leaking"])
def audit(request: pytest.FixtureRequest) -> Audit:
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


def test_the_page_is_well_formed_with_one_first_heading_and_no_level_skipped(audit: Audit):
    levels = [level for level, _ in Page(audit_page(audit)).headings]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_the_page_fetches_and_runs_nothing(audit: Audit):
    page = Page(audit_page(audit))
    assert {tag for tag, _ in page.elements} & {"script", "link", "iframe", "object", "form", "base"} == set()
    assert [a for _, a in page.elements if any(name.startswith("on") or name == "style" for name in a)] == []
    assert [a["src"][:40] for _, a in page.elements if not a.get("src", "data:").startswith("data:")] == []
    assert not re.search(r"@import|url\(", audit_page(audit))


def test_the_verdict_stands_in_the_title_and_is_the_first_second_heading(audit: Audit):
    text = audit_page(audit)
    assert f"<title>{verdict(audit)}" in text
    assert Page(text).headings[1] == (2, verdict(audit))


def test_tables_have_captions_and_scopes_and_ids_are_unique(audit: Audit):
    page = Page(audit_page(audit))
    tags = [tag for tag, _ in page.elements]
    assert tags.count("table") == tags.count("caption") > 0
    assert all("scope" in attributes for tag, attributes in page.elements if tag == "th")
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    labels = [attributes["aria-labelledby"] for _, attributes in page.elements if "aria-labelledby" in attributes]
    assert set(labels) <= set(ids)


def test_the_same_record_gives_the_same_bytes(audit: Audit):
    assert audit_page(audit) == audit_page(audit)


def test_what_comes_from_files_is_escaped(leaking: Audit):
    text = audit_page(leaking)
    assert "theirs &lt;b&gt;" in text
    assert "<i>" not in text


def test_every_count_of_a_class_is_on_the_page(clean: Audit):
    text = audit_page(clean)
    for tally in clean.classes:
        assert f">{tally.value}</abbr>" in text
        assert f'<td class="number first">{tally.parts["train"].images}</td>' in text


def test_images_are_shown_only_when_given(leaking: Audit, tiny_data: PreparedData):
    assert "<img" not in audit_page(leaking)
    shown = thumbnails(leaking, tiny_data)
    page = Page(audit_page(leaking, shown))
    pictures = [attributes for tag, attributes in page.elements if tag == "img"]
    assert pictures
    assert {picture["alt"] for picture in pictures} <= set(shown)
    assert all(picture["src"].startswith("data:image/webp;base64,") for picture in pictures)


def test_licences_link_to_their_deeds_and_unknown_words_stand_as_given(clean: Audit):
    sources = (Source("HAM10000", 3, "CC-BY-NC-4.0", ("P. Tschandl",)), Source("web", 1, "not stated by the source"))
    text = audit_page(replace(clean, sources=sources))
    assert '<a href="https://creativecommons.org/licenses/by-nc/4.0/">CC BY-NC 4.0</a>' in text
    assert "<td>not stated by the source</td>" in text


def test_bars_are_as_long_as_the_classes_are_large_and_cut_by_part(clean: Audit):
    for row, tally in zip(balance(clean), clean.classes, strict=True):
        assert sum(float(piece.length) for piece in row.pieces) == pytest.approx(
            1000 * tally.all.images / max(t.all.images for t in clean.classes), abs=0.02
        )
        assert len(row.pieces) == 3


def test_folds_make_one_bar_each_class(clean: Audit, tiny_data: PreparedData):
    rows = [replace(row, part=str(index % 5)) for index, row in enumerate(tiny_data.split.rows)]
    folds = audit_prepared(tiny_data, lists=Lists("folds", tuple("01234"), tuple(rows)))
    assert {len(row.pieces) for row in balance(folds)} == {1}
    assert "Shaded by part" not in audit_page(folds)
