"""Everything that goes to a host and comes back: allowed hosts, identified, patient, paced, checked."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx2

from lesionlab import __version__
from lesionlab.collect.transfer_body import read_body, refuse_page
from lesionlab.collect.transfer_download import Download
from lesionlab.collect.transfer_errors import TemporaryError, TransferError, shown
from lesionlab.collect.transfer_file import PartFile, explaining_full_disk
from lesionlab.collect.transfer_hosts import AllowedHosts
from lesionlab.collect.transfer_pace import Pace, Sleep
from lesionlab.collect.transfer_retry import TellWait, retrying, silent_wait
from lesionlab.collect.transfer_send import STOPPED, Sender
from lesionlab.core.progress import Progress, silent

CONTACT_VARIABLE = "LESIONLAB_CONTACT"
JSON_LIMIT_BYTES = 32 * 2**20
CONNECT_S = 15.0
READ_S = 60.0

T = TypeVar("T")
# No proxy stands between us and this machine.
_DIRECT = {f"all://{host}": None for host in ("127.0.0.1", "localhost", "[::1]")}


def user_agent(contact: str = "") -> str:
    """Return the name under which hosts see us; `contact` (or LESIONLAB_CONTACT) is where to complain."""
    told = contact or os.environ.get(CONTACT_VARIABLE, "")
    clean = "".join(c for c in told if c.isascii() and c.isprintable() and c not in "()\\")
    return f"LesionLab/{__version__} (+{clean})" if clean else f"LesionLab/{__version__}"


class Transfer:
    """Requests to allowed hosts; a context manager, to be used from as many threads as `connections`.

    `hosts` are exact names or suffixes (".example.org"); only https, but http to addresses of loopback.
    `delay_s` passes between two requests to one host. `token` goes with `get_json` alone, never with a file.
    `tell_wait` hears of each wait for a host that is overloaded or does not answer: seconds and cause.
    """

    def __init__(
        self,
        hosts: Iterable[str],
        *,
        token: str = "",
        contact: str = "",
        delay_s: float = 0.1,
        attempts: int = 6,
        connections: int = 8,
        read_s: float = READ_S,
        sleep: Sleep | None = None,
        tell_wait: TellWait = silent_wait,
    ) -> None:
        self._token = token
        self._attempts = attempts
        self._tell_wait = tell_wait
        self._closed = threading.Event()
        self._sleep = sleep or self._rest
        self._client = httpx2.Client(
            headers={"User-Agent": user_agent(contact)},
            timeout=httpx2.Timeout(read_s, connect=CONNECT_S),
            limits=httpx2.Limits(max_connections=connections, max_keepalive_connections=connections),
            mounts=_DIRECT,
        )
        self._sender = Sender(self._client, AllowedHosts(hosts), Pace(delay_s, self._sleep))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections; threads that wait for their turn or for a host give up."""
        self._closed.set()
        self._client.close()

    def _rest(self, seconds: float) -> None:
        if self._closed.wait(seconds):
            raise TransferError(STOPPED)

    def get_json(
        self, url: str, params: Mapping[str, str | int] | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """Return a JSON answer.

        Raises:
            TransferError: the host refuses (`status`, and `answer` in its words), or is not allowed.
            TemporaryError: every attempt failed.
        """
        asked = str(httpx2.URL(url).copy_merge_params(params)) if params else url

        def attempt() -> Any:
            with self._sender.get(asked, {"Accept": "application/json", **(headers or {})}, self._token) as response:
                content = read_body(response, JSON_LIMIT_BYTES)
            try:
                return json.loads(content)
            except ValueError as error:
                raise TemporaryError(f"{shown(asked)} gave no JSON.") from error

        return self._patiently(attempt)

    def get_bytes(self, url: str, limit_bytes: int, expected_bytes: int | None = None, *, image: bool = True) -> bytes:
        """Return a small file's bytes; with `image`, a page of text in its place is refused.

        Raises:
            TooLargeError: it has, or says that it has, more than `limit_bytes`; the rest is not read.
            TransferError: the host refuses (`status`), or is not allowed.
            TemporaryError: every attempt failed, or gave another length than expected, or a page.
        """

        def attempt() -> bytes:
            with self._sender.get(url, {"Accept-Encoding": "identity"}) as response:
                content = read_body(response, limit_bytes, expected_bytes)
            if image:
                refuse_page(response, content)
            return content

        return self._patiently(attempt)

    def download(
        self,
        url: str,
        target: Path,
        *,
        expected_bytes: int | None = None,
        md5: str | None = None,
        sha256: str | None = None,
        limit_bytes: int | None = None,
        progress: Progress = silent,
    ) -> None:
        """Fetch a large file to `target`, through `target` + ".part", which a later call goes on with.

        Size and checksums are verified before it gets its name; attempts count anew whenever bytes have come.

        Raises:
            TransferError: the host refuses (`status`), is not allowed, or gives another file than is known.
            TemporaryError: every attempt failed; what came is kept.
            TooLargeError: it is above `limit_bytes`.
            CollectError: the disk is full; what came is kept.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        part = PartFile(target)
        checksums = {name: value for name, value in (("md5", md5), ("sha256", sha256)) if value}
        wanted = Download(url, part, expected_bytes, checksums, limit_bytes, progress)
        with explaining_full_disk(part, expected_bytes):
            while True:
                before = part.size
                try:
                    self._patiently(lambda: wanted.attempt(self._sender))
                    return
                except TemporaryError:
                    if part.size <= before:
                        raise

    def _patiently(self, attempt: Callable[[], T]) -> T:
        return retrying(self._attempts, self._sleep, self._tell_wait)(attempt)
