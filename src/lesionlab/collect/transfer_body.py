"""The body of an answer, read within a limit and checked against what was told of it."""

from __future__ import annotations

import httpx2

from lesionlab.collect.transfer_errors import TemporaryError, TransferError, shown
from lesionlab.core.errors import TooLargeError

_PAGES = (b"<!doctype", b"<html", b"<head", b"<body", b"<?xml", b"<error", b"{", b"[")
_PAGE_TYPES = ("text/html", "text/plain", "application/xhtml", "application/xml", "text/xml", "application/json")


def read_body(response: httpx2.Response, limit_bytes: int, expected_bytes: int | None = None) -> bytes:
    """Return a body of at most `limit_bytes`; a longer one is given up before it is read.

    Raises:
        TooLargeError: the body is told to be, or turns out to be, above the limit.
        TemporaryError: its length is not `expected_bytes`.
    """
    where = shown(str(response.url))
    told = response.headers.get("content-length", "")
    if told.isdigit() and int(told) > limit_bytes:
        raise too_large(where, int(told), limit_bytes)
    blocks, size = [], 0
    for block in response.iter_bytes():
        size += len(block)
        if size > limit_bytes:
            raise too_large(where, size, limit_bytes)
        blocks.append(block)
    if expected_bytes is not None and size != expected_bytes:
        raise TemporaryError(f"{where} has {size:,} bytes instead of {expected_bytes:,}.")
    return b"".join(blocks)


def too_large(where: str, size: int, limit_bytes: int) -> TooLargeError:
    """Return the error for a body above the limit."""
    return TooLargeError(f"{where} has {size:,} bytes or more; the limit is {limit_bytes:,}.", "Collect smaller files.")


def refuse_page(response: httpx2.Response, content: bytes) -> None:
    """Refuse a page of text that came in the place of a picture, as hosts give that are down or want a login.

    Raises:
        TemporaryError: its type or its first bytes are those of a page.
    """
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    head = content[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(_PAGES) or (kind.startswith(_PAGE_TYPES) and not _is_binary(head)):
        raise TemporaryError(f"{shown(str(response.url))} gave a page ({kind or 'no type'}) instead of an image.")


def refuse_encoding(response: httpx2.Response) -> None:
    """Refuse a file whose bytes are told to be compressed on the way: they could not be resumed or compared.

    Raises:
        TransferError: there is such an encoding.
    """
    encoding = response.headers.get("content-encoding", "identity").lower()
    if encoding not in ("", "identity"):
        raise TransferError(
            f"{shown(str(response.url))} comes compressed on the way ({encoding}).", "Use another address of the file."
        )


def _is_binary(head: bytes) -> bool:
    return any(byte < 9 or byte >= 128 for byte in head)
