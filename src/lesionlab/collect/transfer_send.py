"""One request, its redirects followed by hand: each hop must lead to an allowed host."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx2

from lesionlab.collect.transfer_errors import TemporaryError, TransferError, shown
from lesionlab.collect.transfer_hosts import AllowedHosts
from lesionlab.collect.transfer_pace import Pace
from lesionlab.collect.transfer_retry import asked_wait_s

MOST_HOPS = 6
REFUSAL_BYTES = 4096
STOPPED = "The transfer was stopped."
_TEMPORARY = {408, 425, 429}
_REDIRECTS = {301, 302, 303, 307, 308}


class Sender:
    """Sends GET requests to allowed hosts, at their pace."""

    def __init__(self, client: httpx2.Client, hosts: AllowedHosts, pace: Pace) -> None:
        self._client = client
        self._hosts = hosts
        self._pace = pace

    @contextmanager
    def get(
        self, url: str, headers: Mapping[str, str] | None = None, token: str = "", accepted: tuple[int, ...] = (200,)
    ) -> Iterator[httpx2.Response]:
        """Yield the answer with its body still to be read; the token goes to the host first asked, and no further.

        Raises:
            TemporaryError: 429, 5xx, a cut connection or a timeout, also while the body is read in the block.
            TransferError: another status than those accepted, a hop outside the allowed hosts, or a closed client.
        """
        self._hosts.check(url)
        origin = _origin(url)
        with contextlib.ExitStack() as stack:
            for _ in range(MOST_HOPS):
                host = self._hosts.check(url)
                self._pace.wait(host)
                secret = {"Authorization": f"Bearer {token}"} if token and _origin(url) == origin else {}
                response = stack.enter_context(self._answer(url, {**(headers or {}), **secret}))
                if response.status_code not in _REDIRECTS or "location" not in response.headers:
                    self._judge(response, host, accepted)
                    yield response
                    return
                url = str(response.url.join(response.headers["location"]))
                stack.pop_all().close()
        raise TransferError(f"{shown(url)} redirects more than {MOST_HOPS} times.", "Try another source.")

    @contextmanager
    def _answer(self, url: str, headers: Mapping[str, str]) -> Iterator[httpx2.Response]:
        try:
            with self._client.stream("GET", url, headers=dict(headers)) as response:
                yield response
        except httpx2.TimeoutException as error:
            raise TemporaryError(f"{shown(url)} did not answer in time ({type(error).__name__}).") from error
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise TemporaryError(f"The connection to {shown(url)} failed: {error or type(error).__name__}.") from error
        except httpx2.InvalidURL as error:
            raise TransferError(f"'{shown(url)}' is no address: {error}.", "Correct the address.") from error
        except RuntimeError as error:
            if self._client.is_closed:  # by another thread, between our turn and our request
                raise TransferError(STOPPED) from error
            raise

    def _judge(self, response: httpx2.Response, host: str, accepted: tuple[int, ...]) -> None:
        status = response.status_code
        if status in accepted:
            return
        cause = f"{shown(str(response.url))} answered {status} {response.reason_phrase}".rstrip() + "."
        if status in _TEMPORARY or status >= 500:
            wait_s = asked_wait_s(response.headers.get("retry-after", ""))
            if wait_s is not None:
                self._pace.hold(host, wait_s)
            raise TemporaryError(cause, status=status, wait_s=wait_s)
        answer = _first_words(response)
        raise TransferError(cause, "Check what was asked for.", status=status, answer=answer)


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _first_words(response: httpx2.Response) -> str:
    head = b""
    for block in response.iter_bytes():
        head += block
        if len(head) >= REFUSAL_BYTES:
            break
    text = head[:REFUSAL_BYTES].decode("utf-8", "replace")
    return "".join(character if character.isprintable() else " " for character in text)
