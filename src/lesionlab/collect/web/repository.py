"""Records of an InvenioRDM repository, such as Zenodo: files with sizes and hashes, a licence and creators for all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from scrapy.http import HtmlResponse, TextResponse

from lesionlab.collect.web.archive import SUFFIXES
from lesionlab.collect.web.findings import Archive, Finding, Found, Page, UnreadableError, safe_id, web_address
from lesionlab.collect.web.plain_text import linked_data, names_of, one_line, words_of
from lesionlab.collect.web.site import RepositorySource


class RepositoryReader:
    """Reads a record's description, from its page or the API, and then the list of its files."""

    def __init__(self, source: RepositorySource) -> None:
        self._source = source
        self._base = source.base.rstrip("/")

    def start(self) -> Iterator[Page]:
        """Yield the description of each record."""
        for record in self._source.records:
            place = "api/records" if self._source.metadata == "api" else "records"
            yield Page(f"{self._base}/{place}/{record}", about=record)

    def read(self, page: Page, response: TextResponse) -> Iterator[Finding]:
        """Yield the page of a record's files; or its images and archives."""
        if isinstance(page.about, Found):
            yield from self._files(_entries(_object(response)), page.about)
            return
        if self._source.metadata == "page":
            each = self._from_page(page.about, response)
        else:
            plain = _object(response)
            each = self._from_api(page.about, plain)
            if isinstance(plain.get("files"), list):  # the older form holds the files too
                yield from self._files(_entries(plain), each)
                return
        yield Page(f"{self._base}/api/records/{page.about}/files", "list", page.depth, about=each)

    def _each(self, record: str, licence: tuple[str, ...], creators: str, doi: str, title: str) -> Found:
        named = f"{creators}: {title}" if creators and title else creators
        return Found(
            image_id=record,
            file_url="",
            page_url=f"{self._base}/records/{record}",
            statements=(licence,) if licence else (),
            attribution=one_line(f"{named}. {doi}" if named and doi else named),
            details={key: text for key, text in (("record", record), ("doi", doi), ("title", title)) if text},
        )

    def _from_page(self, record: str, response: TextResponse) -> Found:
        if not isinstance(response, HtmlResponse):
            raise UnreadableError("The record's page is no HTML page.")
        things = [thing for thing in linked_data(response.selector) if "creator" in thing or "license" in thing]
        if not things:
            raise UnreadableError("The record's page holds no description that machines can read (JSON-LD).")
        thing = things[0]
        doi = next(
            (word for word in words_of(thing.get("identifier")) + words_of(thing.get("@id")) if "10." in word), ""
        )
        licence, creators = words_of(thing.get("license")), names_of(thing.get("creator") or thing.get("author"))
        return self._each(record, licence, creators, doi, names_of(thing.get("name")))

    def _from_api(self, record: str, plain: Mapping[str, Any]) -> Found:
        told = plain.get("metadata") or {}
        rights = told.get("license") or told.get("rights") or ""
        licence = tuple(word for right in (rights if isinstance(rights, list) else [rights]) for word in _right(right))
        names = [
            one_line(str(who.get("name") or (who.get("person_or_org") or {}).get("name") or ""))
            for who in told.get("creators") or []
        ]
        doi = str(plain.get("doi") or ((plain.get("pids") or {}).get("doi") or {}).get("identifier") or "")
        address = f"https://doi.org/{doi}" if doi else ""
        return self._each(
            record, licence, "; ".join(filter(None, names)), address, one_line(str(told.get("title", "")))
        )

    def _files(self, entries: list[dict[str, Any]], each: Found) -> Iterator[Finding]:
        for entry in entries:
            key = str(entry.get("key", ""))
            suffix = PurePosixPath(key).suffix.lower()
            if suffix not in (*SUFFIXES, ".zip"):
                continue
            file = replace(
                each,
                image_id=safe_id(key, each.image_id),
                file_url=self._content(entry, each.image_id, key),
                size_bytes=int(entry["size"]) if isinstance(entry.get("size"), int) else None,
                checksum=str(entry.get("checksum") or ""),
                details={**each.details, "name": one_line(key)},
            )
            yield Archive(key, file, self._source.diagnosis == "folder") if suffix == ".zip" else file

    def _content(self, entry: Mapping[str, Any], record: str, key: str) -> str:
        links = entry.get("links") or {}
        for name in ("content", "download", "self"):
            if str(links.get(name, "")).endswith("/content") or (name != "self" and links.get(name)):
                return web_address(str(links[name]))
        return f"{self._base}/api/records/{record}/files/{quote(key)}/content"


def _object(response: TextResponse) -> dict[str, Any]:
    try:
        plain = json.loads(response.text)
    except ValueError as error:
        raise UnreadableError("The API gave no JSON.") from error
    if not isinstance(plain, dict):
        raise UnreadableError("The API gave JSON of an unknown form.")
    return plain


def _entries(plain: Mapping[str, Any]) -> list[dict[str, Any]]:
    entries = plain.get("entries", plain.get("files"))
    if isinstance(entries, dict):
        entries = list(entries.values())
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UnreadableError("The API tells of no files.")
    return entries


def _right(right: Any) -> tuple[str, ...]:
    """Return the words of a licence: its id and address where it is an object."""
    if isinstance(right, dict):
        address = (right.get("props") or {}).get("url") or right.get("link") or ""
        return tuple(str(word) for word in (address, right.get("id")) if word)
    return (str(right),) if right else ()
