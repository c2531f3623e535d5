"""Categories of a wiki through the MediaWiki API: their files with licence, author and hash, and subcategories."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from scrapy.http import TextResponse

from lesionlab.collect.web.findings import Finding, Found, Page, TryLaterError, UnreadableError, web_address
from lesionlab.collect.web.patience import seconds_asked
from lesionlab.collect.web.plain_text import one_line, plain
from lesionlab.collect.web.site import MediaWikiSource

BUSY = ("maxlag", "ratelimited", "readonly")
FILES_A_PAGE = 50  # so that one answer holds the metadata of all its files
_METADATA = ("LicenseShortName", "License", "LicenseUrl", "UsageTerms", "Artist", "Credit", "Attribution", "NonFree")


@dataclass
class _Batch:
    """One category's files: those of which an earlier answer told the name but not yet the file."""

    category: str
    kind: str  # "file" or "subcat"
    waiting: dict[int, str] = field(default_factory=dict)


class MediaWikiReader:
    """Reads categories; the diagnosis as given is the name of the category that holds the file."""

    def __init__(self, source: MediaWikiSource, depth: int) -> None:
        self._source = source
        self._depth = depth
        self._seen: set[str] = set()

    def start(self) -> Iterator[Page]:
        """Yield the first page of each category."""
        for name in self._source.categories:
            yield from self._category(name if ":" in name else f"Category:{name}", 0)

    def read(self, page: Page, response: TextResponse) -> Iterator[Finding]:
        """Yield the files or subcategories of one answer, and the page that continues it."""
        answer = _answer(response)
        batch: _Batch = page.about
        query = answer.get("query", {})
        if batch.kind == "subcat":
            for member in query.get("categorymembers", []):
                yield from self._category(str(member["title"]), page.depth + 1)
        else:
            yield from self._files(batch, query.get("pages", []), done="batchcomplete" in answer)
        if "continue" in answer:
            yield self._page(batch, page.depth, {key: str(value) for key, value in answer["continue"].items()})

    def _category(self, name: str, depth: int) -> Iterator[Page]:
        if name in self._seen:  # categories may hold one another
            return
        self._seen.add(name)
        yield self._page(_Batch(name, "file"), depth, {})
        if depth < self._depth:
            yield self._page(_Batch(name, "subcat"), depth, {})

    def _page(self, batch: _Batch, depth: int, more: Mapping[str, str]) -> Page:
        asked = {"action": "query", "format": "json", "formatversion": "2", "maxlag": "5"}
        if batch.kind == "subcat":
            asked |= {"list": "categorymembers", "cmtitle": batch.category, "cmtype": "subcat", "cmlimit": "500"}
        else:
            asked |= {
                "generator": "categorymembers",
                "gcmtitle": batch.category,
                "gcmtype": "file",
                "gcmlimit": str(FILES_A_PAGE),
                "prop": "imageinfo",
                "iiprop": "url|size|mime|sha1|extmetadata",
                "iiextmetadatafilter": "|".join(_METADATA),
            }
        return Page(f"{self._source.api}?{urlencode({**asked, **more})}", depth=depth, about=batch)

    def _files(self, batch: _Batch, pages: list[dict[str, Any]], *, done: bool) -> Iterator[Found]:
        for page in pages:
            number, title = int(page.get("pageid", 0)), str(page.get("title", ""))
            if info := page.get("imageinfo"):
                batch.waiting.pop(number, None)
                yield _found(number, title, info[0], batch.category)
            elif number:
                batch.waiting[number] = title
        if done:
            for number, title in batch.waiting.items():
                told = {"title": one_line(title)}
                yield Found(str(number), "", "", refusal="The API tells of no file.", details=told)
            batch.waiting.clear()


def _answer(response: TextResponse) -> dict[str, Any]:
    try:
        answer = json.loads(response.text)
    except ValueError as error:
        raise UnreadableError("The API gave no JSON.") from error
    if not isinstance(answer, dict):
        raise UnreadableError("The API gave JSON of an unknown form.")
    if fault := answer.get("error"):
        told = f"The API answered '{fault.get('code')}': {one_line(str(fault.get('info', '')))[:200]}"
        if fault.get("code") in BUSY:
            raise TryLaterError(told, seconds_asked(response.headers.get("Retry-After")))
        raise UnreadableError(told)
    return answer


def _found(number: int, title: str, info: Mapping[str, Any], category: str) -> Found:
    told = {name: str(entry.get("value", "")) for name, entry in (info.get("extmetadata") or {}).items()}
    statement = tuple(plain(told[name]) for name in ("LicenseUrl", "License", "LicenseShortName") if told.get(name))
    if not statement and told.get("UsageTerms"):
        statement = (plain(told["UsageTerms"]),)
    not_free = plain(told.get("NonFree", "")).lower() in ("true", "1", "yes")
    return Found(
        image_id=str(number),
        file_url=str(info.get("url", "")),
        page_url=web_address(str(info.get("descriptionurl", ""))),
        statements=(statement,) if statement else (),
        attribution=_attribution(told),
        diagnosis_given=one_line(category.partition(":")[2].replace("_", " ")),
        media_type=str(info.get("mime", "")),
        size_bytes=int(info["size"]) if "size" in info else None,
        checksum=f"sha1:{info['sha1']}" if info.get("sha1") else "",
        refusal="The page says that it is not free." if not_free else "",
        details={"title": one_line(title)},
    )


def _attribution(told: Mapping[str, str]) -> str:
    """Return how the author wants to be named, or the author and where the picture is from."""
    if wanted := plain(told.get("Attribution", "")):
        return wanted
    artist, credit = plain(told.get("Artist", "")), plain(told.get("Credit", ""))
    return f"{artist} ({credit})" if artist and credit and credit != artist else artist or credit
