"""A repository on loopback as Zenodo is: a record's page with JSON-LD, its list of files, and robots.txt in between."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from gallery_host import html
from loopback import Answer, Loopback, Request, serving

ROBOTS = (
    "User-agent: *\nDisallow: /search\nDisallow: /api\nDisallow: /records/*/preview\nAllow: /api/records/*/files\n"
    "Disallow: /api/records/*/files-archive\nCrawl-delay: 0.02\n"
)


def zip_of(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP file's bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@dataclass
class Deposit:
    """A record: its files by name."""

    number: str
    files: dict[str, bytes]
    licence: str = "https://creativecommons.org/licenses/by/4.0/legalcode"
    creators: tuple[str, ...] = ("Curie, Marie", "Meitner, Lise")
    title: str = "Lesions, photographed"
    checksums: dict[str, str] = field(default_factory=dict)  # told instead of the true ones


@dataclass
class Repository:
    """The repository and its host."""

    host: Loopback
    deposits: list[Deposit]
    robots: str = ROBOTS

    def record_page(self, request: Request) -> Answer:
        deposit = self._deposit(request.path.split("/")[2])
        if deposit is None:
            return Answer(b"<h1>gone</h1>", 410, {"Content-Type": "text/html"})
        told = {
            "@context": "http://schema.org",
            "@id": f"https://doi.org/10.5281/zenodo.{deposit.number}",
            "identifier": f"https://doi.org/10.5281/zenodo.{deposit.number}",
            "@type": "https://schema.org/Dataset",
            "name": deposit.title,
            "creator": [{"@type": "Person", "name": name} for name in deposit.creators],
            "license": deposit.licence,
        }
        return html("<h1>Record</h1>", f'<script type="application/ld+json">{json.dumps(told)}</script>')

    def record(self, request: Request) -> Answer:
        deposit = self._deposit(request.path.split("/")[3])
        if deposit is None:
            return Answer.json({"status": 404, "message": "The persistent identifier does not exist."}, 404)
        metadata = {
            "title": deposit.title,
            "license": {"id": "cc-by-4.0"} if "by/4.0" in deposit.licence else {"id": "other-closed"},
            "creators": [{"name": name, "affiliation": None} for name in deposit.creators],
        }
        files = [entry | {"links": {"self": f"{entry['links']['self']}/content"}} for entry in self._entries(deposit)]
        return Answer.json(
            {"id": int(deposit.number), "doi": f"10.5281/zenodo.{deposit.number}", "metadata": metadata, "files": files}
        )

    def files(self, request: Request) -> Answer:
        deposit = self._deposit(request.path.split("/")[3])
        return Answer.json({"enabled": True, "entries": self._entries(deposit)}) if deposit else Answer(b"", 404)

    def content(self, request: Request) -> Answer:
        _, _, _, number, _, name, _ = request.path.split("/")
        deposit = self._deposit(number)
        assert deposit is not None
        return Answer(deposit.files[unquote(name)], headers={"Content-Type": "application/octet-stream"})

    def _entries(self, deposit: Deposit) -> list[dict[str, Any]]:
        entries = []
        for key, content in deposit.files.items():
            own = f"{self.host.base}/api/records/{deposit.number}/files/{quote(key)}"
            checksum = deposit.checksums.get(key, hashlib.md5(content).hexdigest())
            links = {"self": own, "content": f"{own}/content"}
            entries.append({"key": key, "size": len(content), "checksum": f"md5:{checksum}", "links": links})
        return entries

    def _deposit(self, number: str) -> Deposit | None:
        return next((deposit for deposit in self.deposits if deposit.number == number), None)

    def site(self, name: str = "repository", metadata: str = "page", limits: str = "", records: Any = None) -> str:
        """A site file for this repository."""
        numbers = [deposit.number for deposit in self.deposits] if records is None else records
        return f"""
name = "{name}"
kind = "repository"
page_hosts = ["127.0.0.1"]
file_hosts = ["127.0.0.1"]
[diagnoses]
"nevus" = "nv"
"melanoma" = "mel"
[limits]
{limits}
[repository]
base = "{self.host.base}"
records = {json.dumps(numbers)}
metadata = "{metadata}"
diagnosis = "folder"
"""


@contextmanager
def repository_of(*deposits: Deposit, **more: Any) -> Iterator[Repository]:
    """Serve a repository with these records."""
    repository = Repository(Loopback(), list(deposits), **more)
    repository.host.routes |= {
        "/robots.txt": lambda request: Answer(repository.robots.encode(), headers={"Content-Type": "text/plain"}),
        r"/records/\d+": repository.record_page,
        r"/api/records/\d+": repository.record,
        r"/api/records/\d+/files": repository.files,
        r"/api/records/\d+/files/[^/]+/content": repository.content,
    }
    with serving(repository.host):
        yield repository
