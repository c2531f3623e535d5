from __future__ import annotations

import json
from typing import Any

import pytest
from scrapy.http import TextResponse

from lesionlab.collect.web.findings import Archive, Found, Page, UnreadableError
from lesionlab.collect.web.repository import RepositoryReader
from lesionlab.collect.web.site import RepositorySource

BASE = "https://zenodo.example"
ENTRIES = [
    {
        "key": "a b.jpg",
        "size": 5,
        "checksum": "md5:0123",
        "links": {"self": f"{BASE}/x", "content": f"{BASE}/x/content"},
    },
    {"key": "all.ZIP", "size": 9, "checksum": "md5:4567", "links": {}},
    {"key": "table.csv", "size": 1, "checksum": "md5:89", "links": {}},
]


def reader(metadata: str = "page") -> RepositoryReader:
    return RepositoryReader(RepositorySource(BASE, ("11",), metadata, "folder"))  # type: ignore[arg-type]


def answered(plain: Any) -> TextResponse:
    return TextResponse(f"{BASE}/api", body=json.dumps(plain).encode())


def linked(**more: Any) -> str:
    told = {"@id": "https://doi.org/10.1/z.11", "name": "Set", "creator": [{"name": "Curie, M."}], **more}
    return f'<script type="application/ld+json">{json.dumps(told)}</script>'


def test_a_record_s_page_and_then_its_files(html_page):
    one = reader()
    (start,) = one.start()
    assert start.url == f"{BASE}/records/11"
    licence = "https://creativecommons.org/licenses/by/4.0/legalcode"
    (files,) = one.read(start, html_page("", linked(license=licence)))
    assert isinstance(files, Page)
    assert files.url == f"{BASE}/api/records/11/files"
    image, archive = one.read(files, answered({"entries": ENTRIES}))
    assert isinstance(image, Found)
    assert (image.file_url, image.size_bytes, image.checksum) == (f"{BASE}/x/content", 5, "md5:0123")
    assert (image.page_url, image.statements) == (f"{BASE}/records/11", ((licence,),))
    assert image.attribution == "Curie, M.: Set. https://doi.org/10.1/z.11"
    assert isinstance(archive, Archive)
    assert archive.each.file_url == f"{BASE}/api/records/11/files/all.ZIP/content"
    assert archive.folder_is_diagnosis


def test_the_same_from_the_api_in_both_of_its_forms():
    one = reader("api")
    (start,) = one.start()
    assert start.url == f"{BASE}/api/records/11"
    older = {
        "doi": "10.1/z.11",
        "metadata": {"title": "Set", "license": {"id": "cc-by-4.0"}, "creators": [{"name": "Curie, M."}]},
        "files": [{"key": "a.jpg", "size": 5, "checksum": "md5:01", "links": {"self": f"{BASE}/a.jpg/content"}}],
    }
    (image,) = one.read(start, answered(older))
    assert isinstance(image, Found)
    assert (image.file_url, image.statements) == (f"{BASE}/a.jpg/content", (("cc-by-4.0",),))
    newer = {
        "pids": {"doi": {"identifier": "10.1/z.11"}},
        "metadata": {
            "title": "Set",
            "rights": [{"id": "cc-by-4.0", "props": {"url": "https://creativecommons.org/licenses/by/4.0/"}}],
            "creators": [{"person_or_org": {"name": "Curie, M."}}],
        },
        "files": {"enabled": True, "count": 1},
    }
    (files,) = one.read(start, answered(newer))
    assert isinstance(files, Page)
    (again,) = one.read(files, answered({"entries": {"a.jpg": ENTRIES[0]}}))
    assert isinstance(again, Found)
    assert again.attribution == image.attribution == "Curie, M.: Set. https://doi.org/10.1/z.11"
    assert again.statements == (("https://creativecommons.org/licenses/by/4.0/", "cc-by-4.0"),)


def test_a_record_without_description_or_files_is_told(html_page):
    one = reader()
    (start,) = one.start()
    with pytest.raises(UnreadableError, match="JSON-LD"):
        list(one.read(start, html_page("<h1>Gone</h1>")))
    (files,) = one.read(start, html_page("", linked(license="")))
    assert isinstance(files, Page)
    for plain in ({"entries": None}, {}, [1]):
        with pytest.raises(UnreadableError):
            list(one.read(files, answered(plain)))


def test_hostile_names_become_safe_ids_and_no_foreign_addresses(html_page):
    one = reader()
    (start,) = one.start()
    (files,) = one.read(start, html_page("", linked()))
    assert isinstance(files, Page)
    entry = {"key": "../../é x.jpg", "links": {"content": "file:///etc/passwd"}}
    (image,) = one.read(files, answered({"entries": [entry]}))
    assert isinstance(image, Found)
    assert image.file_url == ""
    assert "/" not in image.image_id
