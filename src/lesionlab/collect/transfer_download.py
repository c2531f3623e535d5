"""One file to disk, resumed where it broke off, checked before it gets its name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import httpx2

from lesionlab.collect.transfer_body import refuse_encoding, too_large
from lesionlab.collect.transfer_errors import TemporaryError, TransferError, shown
from lesionlab.collect.transfer_file import PartFile
from lesionlab.collect.transfer_send import Sender
from lesionlab.core.errors import TooLargeError
from lesionlab.core.progress import Progress, silent


@dataclass(frozen=True)
class Download:
    """A file to fetch, and what is known of it beforehand."""

    url: str
    part: PartFile
    expected_bytes: int | None = None
    checksums: Mapping[str, str] | None = None  # by algorithm, in hex
    limit_bytes: int | None = None
    progress: Progress = silent

    def attempt(self, sender: Sender) -> None:
        """Fetch what is missing in one request, check the whole and give it its name.

        Raises:
            TemporaryError: it broke off (what came is kept), or was put together from parts that do not fit.
            TransferError: it came whole and is not what was expected.
            TooLargeError: it is above the limit.
        """
        before = self.part.size
        if before == 0 or not self._complete():
            self._fetch(sender)
        self._check(resumed=before > 0)
        self.part.finish()

    def _complete(self) -> bool:
        return self.part.size == self.expected_bytes and bool(self.checksums)

    def _fetch(self, sender: Sender) -> None:
        size, tag = self.part.size, self.part.tag
        headers = {"Accept-Encoding": "identity"}
        # Without a tag only a checksum can tell whether old and new bytes are of one file.
        if size and (tag or self.checksums):
            headers["Range"] = f"bytes={size}-"
            if tag:
                headers["If-Range"] = tag
        with sender.get(self.url, headers, accepted=(200, 206, 416)) as response:
            refuse_encoding(response)
            if response.status_code == 416:
                self._judge_no_more(response, size)
                return
            start = _start_of(response)
            if start != size or (start and tag and _tag(response) not in ("", tag)):
                if start:
                    self.part.discard()
                    raise TemporaryError(f"{shown(self.url)} changed or answered with another range than asked for.")
                self.part.restart(_tag(response))
            elif not size:
                self.part.restart(_tag(response))
            self._write(response, start)

    def _judge_no_more(self, response: httpx2.Response, size: int) -> None:
        """A host that has no byte behind ours has the same file, when it has as many, or another one."""
        if response.headers.get("content-range", "") != f"bytes */{size}" or not size:
            self.part.discard()
            raise TemporaryError(f"{shown(self.url)} changed while it was fetched; it begins anew.", status=416)

    def _write(self, response: httpx2.Response, start: int) -> None:
        length = response.headers.get("content-length", "")
        total = start + int(length) if length.isdigit() else self.expected_bytes or 0

        def tell(size: int) -> None:
            if self.limit_bytes is not None and size > self.limit_bytes:
                raise too_large(shown(self.url), size, self.limit_bytes)
            self.progress(size, max(total, size))

        try:
            tell(max(start, total) if total > (self.limit_bytes or total) else start)
            self.part.append(response.iter_raw(), tell)
        except TooLargeError:
            self.part.discard()
            raise

    def _check(self, *, resumed: bool) -> None:
        wrong = self._wrong()
        if not wrong:
            return
        self.part.discard()
        cause = f"{shown(self.url)} {wrong}."
        if resumed:
            raise TemporaryError(f"{cause} It was put together from several parts and begins anew.")
        raise TransferError(cause, "The host gives another file than is known here: tell the maintainers.")

    def _wrong(self) -> str:
        if self.expected_bytes is not None and self.part.size != self.expected_bytes:
            return f"has {self.part.size:,} bytes instead of {self.expected_bytes:,}"
        for algorithm, known in (self.checksums or {}).items():
            found = self.part.digest(algorithm)
            if found != known.lower():
                return f"has {algorithm} {found} instead of {known.lower()}"
        return ""


def _tag(response: httpx2.Response) -> str:
    """Return the strong ETag, or the date of the last change; a weak ETag says nothing about single bytes."""
    etag = response.headers.get("etag", "")
    return etag if etag and not etag.startswith("W/") else response.headers.get("last-modified", "")


def _start_of(response: httpx2.Response) -> int:
    if response.status_code == 200:
        return 0
    match = re.fullmatch(r"bytes (\d+)-\d+/(?:\d+|\*)", response.headers.get("content-range", "").strip())
    if match is None:
        raise TemporaryError(f"{shown(str(response.url))} does not say which part of the file it gives.")
    return int(match[1])
