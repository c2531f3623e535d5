"""What reading a page yields: further pages, images, and archives of images."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from scrapy.http import TextResponse

PageKind = Literal["list", "item"]
Statement = tuple[str, ...]
"""The words and addresses that name one licence; an image may offer several."""


@dataclass(frozen=True)
class Page:
    """A page to ask for; an "item" is about one image, and is not asked for where `image_id` is here already."""

    url: str
    kind: PageKind = "list"
    depth: int = 0
    image_id: str = ""
    diagnosis_given: str = ""  # what the page that led here says of the image
    about: Any = None  # the reader's own


@dataclass(frozen=True)
class Found:
    """An image as its page tells of it; nothing is judged yet."""

    image_id: str
    file_url: str
    page_url: str
    statements: tuple[Statement, ...] = ()
    attribution: str = ""
    diagnosis_given: str = ""
    media_type: str = ""
    size_bytes: int | None = None
    checksum: str = ""  # "sha1:..." or "md5:..."
    refusal: str = ""  # why it is not to be kept, where the page says so
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Archive:
    """A ZIP file of images; `each` is what all of them share."""

    name: str
    each: Found
    folder_is_diagnosis: bool = False


Finding = Page | Found | Archive


class TryLaterError(Exception):
    """The host answered that it is too busy; `wait_s` is what it asked for, None where it said nothing."""

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


class UnreadableError(Exception):
    """The page is not what was expected: a sentence that says how."""


class Reader(Protocol):
    """Knows one kind of site."""

    def start(self) -> Iterator[Page]:
        """Yield the pages to begin with."""

    def read(self, page: Page, response: TextResponse) -> Iterator[Finding]:
        """Yield what a page holds.

        Raises:
            TryLaterError, UnreadableError: the page cannot be read, now or at all.
        """


def safe_id(name: str, *apart: str) -> str:
    """Return an id of letters, digits, dots and hyphens that tells names apart, whatever they hold.

    It begins with the readable part of `name` and ends in a hash of it and of what else tells it `apart`.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    readable = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:40]
    digest = hashlib.sha256("\n".join((name, *apart)).encode()).hexdigest()[:10]
    return f"{readable}-{digest}" if readable else digest


def web_address(url: str) -> str:
    """Return an address that begins with http, or nothing: others do not belong in a manifest."""
    return url if re.match(r"https?://", url) else ""
