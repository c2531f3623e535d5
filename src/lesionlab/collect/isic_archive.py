"""The ISIC Archive's API, version 2: pages of images, one image, collections."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lesionlab.collect.isic_query import IsicQuery
from lesionlab.collect.transfer import Transfer
from lesionlab.collect.transfer_errors import TransferError
from lesionlab.core.errors import CollectError, InputError

ADDRESS = "https://api.isic-archive.com/api/v2/"
HOSTS = (".isic-archive.com",)  # files come signed from content.isic-archive.com
PAGE_SIZE = 100  # the archive gives no more at once

Listed = Mapping[str, Any]
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Page:
    """Images as the archive lists them, how many there are in all (told on the first page), and where to go on."""

    images: Sequence[Listed]
    count: int | None
    next_url: str


class IsicArchive:
    """Questions to the archive, through a transfer that allows its hosts."""

    def __init__(self, transfer: Transfer, address: str = ADDRESS) -> None:
        self.transfer = transfer
        self._address = address if address.endswith("/") else f"{address}/"

    def page_url_of(self, image_id: str) -> str:
        """Return the page that people read about an image."""
        parts = urlsplit(self._address)
        return f"{parts.scheme}://{parts.netloc}/images/{image_id}/"

    def count(self, query: IsicQuery) -> int:
        """Return how many images the archive has for a query.

        Raises:
            InputError: the archive does not understand the query; its words are passed on.
            TransferError: it does not answer, or not as it should.
        """
        page = self._page(f"{self._address}images/search/", {**query.params, "limit": 1})
        if page.count is None:
            raise _strange("tells no count on its first page")
        return page.count

    def total_bytes(self, query: IsicQuery) -> int | None:
        """Return how many bytes the files of a query have together, or None where the archive does not tell."""
        try:
            told = self.transfer.get_json(f"{self._address}images/search/size/", query.params)
        except TransferError:
            return None  # a courtesy of the archive's, not a part of its documented interface
        size = told.get("size") if isinstance(told, dict) else None
        return size if isinstance(size, int) and size > 0 else None

    def pages(self, query: IsicQuery) -> Iterator[Page]:
        """Yield the pages of a query, newest image first.

        Raises:
            InputError: the archive does not understand the query; its words are passed on.
            TransferError: it does not answer, or not as it should.
        """
        page = self._page(f"{self._address}images/search/", {**query.params, "limit": PAGE_SIZE})
        count = page.count or 10**6
        most = 10 + 3 * count // PAGE_SIZE  # pages that lead round in a circle come to an end
        for _ in range(most):
            yield page
            if not page.next_url:
                return
            page = self._page(page.next_url)
        raise _strange(f"counts {count:,} images and goes on after {most:,} pages")

    def image(self, image_id: str) -> Listed:
        """Return what the archive says of one image, with an address of its file that has just been signed.

        Raises:
            TransferError: there is none (`status` 404), or the archive does not answer.
        """
        if not is_image_id(image_id):
            raise _strange(f"has no image '{image_id[:40]}'")
        told = self.transfer.get_json(f"{self._address}images/{image_id}/")
        if not isinstance(told, dict):
            raise _strange(f"says nothing that can be read about {image_id}")
        return told

    def collection_name(self, number: int) -> str:
        """Return the name of a collection.

        Raises:
            InputError: there is no such collection, or it is not public.
        """
        try:
            told = self.transfer.get_json(f"{self._address}collections/{number}/")
        except TransferError as error:
            if error.status not in (401, 403, 404):
                raise
            raise InputError(
                f"The ISIC Archive has no public collection {number}.", "Look up its number on isic-archive.com."
            ) from error
        return str(told.get("name", "")) if isinstance(told, dict) else ""

    def _page(self, url: str, params: Mapping[str, str | int] | None = None) -> Page:
        try:
            told = self.transfer.get_json(url, params)
        except TransferError as error:
            if error.status not in (400, 422):
                raise
            raise InputError(
                f"The ISIC Archive does not understand the query: {_words(error.answer)}",
                'Write it as in `diagnosis_3:"Melanoma Invasive" AND age_approx:[20 TO 40]`.',
            ) from error
        images = told.get("results") if isinstance(told, dict) else None
        if not isinstance(images, list):
            raise _strange("gives a page without results")
        count, next_url = told.get("count"), told.get("next")
        listed = [image for image in images if isinstance(image, dict)]
        return Page(listed, count if isinstance(count, int) else None, str(next_url or ""))


def is_image_id(image_id: str) -> bool:
    """Tell whether this can be the id of an image: it becomes a part of addresses."""
    return _ID.fullmatch(image_id) is not None


def _words(answer: str) -> str:
    """Return the archive's own message from its answer to a bad query, as one sentence."""
    try:
        told = json.loads(answer)
    except ValueError:
        told = answer
    if isinstance(told, dict):
        told = next((told[key] for key in ("message", "detail", "error") if told.get(key)), answer)
    return f"{' '.join(str(told).split())[:300] or 'it gives no reason'}".rstrip(".") + "."


def _strange(what: str) -> CollectError:
    return CollectError(f"The ISIC Archive {what}.", "Update LesionLab: the archive may have changed its interface.")
