"""A wiki on loopback that speaks the MediaWiki API: generators, two kinds of continue, extmetadata, errors."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from loopback import Answer, Loopback, Request, serving
from web_pictures import picture

API = "/w/api.php"


@dataclass
class WikiFile:
    """A file of the wiki, in some categories."""

    pageid: int
    title: str
    categories: tuple[str, ...]
    licence: str | None = "CC BY-SA 4.0"
    licence_url: str | None = "https://creativecommons.org/licenses/by-sa/4.0"
    artist: str = '<a href="//c/User:Ada" title="User:Ada">Ada &amp; co</a><script>1</script>'
    mime: str = "image/jpeg"
    content: bytes = b""
    sha1: str = ""  # told instead of the true one
    url: str = ""  # told instead of the true one
    more: dict[str, str] = field(default_factory=dict)  # of extmetadata

    def __post_init__(self) -> None:
        self.content = self.content or picture(self.pageid)


@dataclass
class Wiki:
    """The wiki and its host; `page_size` files in one answer, and imageinfo of `info_size` of them."""

    host: Loopback
    files: list[WikiFile]
    subcategories: dict[str, tuple[str, ...]] = field(default_factory=dict)
    robots: str = "User-agent: *\nDisallow: /private/\n"
    page_size: int = 3
    info_size: int = 2
    file_headers: dict[str, str] = field(default_factory=dict)

    def told(self, file: WikiFile) -> dict[str, Any]:
        """The imageinfo of a file."""
        values = {"LicenseShortName": file.licence, "LicenseUrl": file.licence_url, "Artist": file.artist, **file.more}
        values["Credit"] = '<span class="int-own-work">Own work</span>'
        return {
            "url": file.url or f"{self.host.base}{self.path(file)}",
            "descriptionurl": f"{self.host.base}/wiki/{quote(file.title)}",
            "size": len(file.content),
            "mime": file.mime,
            "sha1": file.sha1 or hashlib.sha1(file.content).hexdigest(),
            "extmetadata": {k: {"value": v, "source": "commons-desc-page"} for k, v in values.items() if v is not None},
        }

    def path(self, file: WikiFile) -> str:
        return f"/files/{file.pageid}.jpg"

    def answer(self, request: Request) -> Answer:
        query = request.query
        assert query["action"] == "query"
        assert query["formatversion"] == "2"
        if "list" in query:
            return Answer.json(self._subcategories(query))
        return Answer.json(self._files(query))

    def _subcategories(self, query: dict[str, str]) -> dict[str, Any]:
        names = self.subcategories.get(query["cmtitle"], ())
        first = int(query.get("cmcontinue", "0"))
        answer: dict[str, Any] = {
            "query": {"categorymembers": [{"ns": 14, "title": name} for name in names[first : first + 1]]}
        }
        if first + 1 < len(names):
            answer["continue"] = {"cmcontinue": str(first + 1), "continue": "-||"}
        return answer

    def _files(self, query: dict[str, str]) -> dict[str, Any]:
        members = [file for file in self.files if query["gcmtitle"] in file.categories]
        first = int(query.get("gcmcontinue", "0"))
        batch = members[first : first + min(self.page_size, int(query["gcmlimit"]))]
        if not batch:
            return {"batchcomplete": True}
        start = int(query.get("iicontinue", "0"))
        pages = []
        for place, file in enumerate(batch):
            page: dict[str, Any] = {"pageid": file.pageid, "ns": 6, "title": file.title}
            if start <= place < start + self.info_size:
                page["imageinfo"] = [self.told(file)]
            pages.append(page)
        answer: dict[str, Any] = {"query": {"pages": pages}}
        if start + self.info_size < len(batch):
            onward = {"iicontinue": str(start + self.info_size), "continue": "gcmcontinue||"}
            return answer | {"continue": onward | ({"gcmcontinue": str(first)} if first else {})}
        answer["batchcomplete"] = True
        if first + len(batch) < len(members):
            answer["continue"] = {"gcmcontinue": str(first + len(batch)), "continue": "gcmcontinue||"}
        return answer

    def site(self, *categories: str, name: str = "wiki", **limits: object) -> str:
        """A site file for this wiki."""
        return f"""
name = "{name}"
kind = "mediawiki"
page_hosts = ["127.0.0.1"]
file_hosts = ["127.0.0.1"]
[diagnoses]
"Melanoma" = "mel"
"Nævi" = "nv"
[limits]
{chr(10).join(f"{key} = {value}" for key, value in limits.items())}
[mediawiki]
api = "{self.host.base}{API}"
categories = {list(categories)!r}
"""


@contextmanager
def wiki_of(files: list[WikiFile], **more: Any) -> Iterator[Wiki]:
    """Serve a wiki with these files."""
    wiki = Wiki(Loopback(), files, **more)

    def file(request: Request) -> Answer:
        found = next((f for f in wiki.files if wiki.path(f) == request.path), None)
        return (
            Answer(found.content, headers={"Content-Type": found.mime, **wiki.file_headers})
            if found
            else Answer(b"", 404)
        )

    wiki.host.routes |= {
        "/robots.txt": lambda request: Answer(wiki.robots.encode(), headers={"Content-Type": "text/plain"}),
        API: wiki.answer,
        "/files/.*": file,
    }
    with serving(wiki.host):
        yield wiki
