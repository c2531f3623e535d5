"""A host of the tests' own on loopback, with faults on demand: what the real ones do on a bad day."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    """What a client asked: path without the query, the query's last values, and the headers in lower case."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


@dataclass(frozen=True)
class Answer:
    """What the host says; `length` may lie about the body, `sent` may cut it."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None  # told instead of the true one
    sent: int | None = None  # bytes after which the connection is cut

    @classmethod
    def json(cls, value: Any, status: int = 200, **headers: str) -> Answer:
        """Return a JSON answer."""
        return cls(json.dumps(value).encode(), status, {"Content-Type": "application/json", **headers})


Route = Callable[[Request], Answer]


class Loopback:
    """A host: `routes` by a regular expression of the whole path; `faults` come before them, each so many times.

    A whole body answers `Range: bytes=N-` with 206 unless `ranges` is false. `requests` holds all that was asked.
    """

    def __init__(self) -> None:
        self.routes: dict[str, Route] = {}
        self.requests: list[Request] = []
        self.ranges = True
        self.base = ""  # "http://127.0.0.1:PORT"
        self._faults: list[list[Any]] = []
        self._lock = threading.Lock()

    @property
    def elsewhere(self) -> str:
        """The same host under a name that no client here allows."""
        return self.base.replace("127.0.0.1", "localhost")

    def fail(self, path: str, answer: Answer | Callable[[Answer], Answer], times: int = 1) -> None:
        """Spoil the next `times` answers of paths that match: by `answer`, or by what it makes of the right one."""
        with self._lock:
            self._faults.append([path, answer, times])

    def asked(self, path: str) -> list[Request]:
        """Return the requests whose path matches."""
        return [request for request in self.requests if re.fullmatch(path, request.path)]

    def answer(self, request: Request) -> Answer:
        """Return the answer to a request, with its fault where one is due."""
        with self._lock:
            self.requests.append(request)
            fault = next((f for f in self._faults if f[2] > 0 and re.fullmatch(f[0], request.path)), None)
            if fault is not None:
                fault[2] -= 1
        if fault is not None and isinstance(fault[1], Answer):
            return fault[1]
        route = next((r for pattern, r in self.routes.items() if re.fullmatch(pattern, request.path)), None)
        right = self._part(request, route(request)) if route else Answer(b"not here", 404)
        return fault[1](right) if fault is not None else right

    def _part(self, request: Request, whole: Answer) -> Answer:
        match = re.fullmatch(r"bytes=(\d+)-", request.headers.get("range", ""))
        if match is None or not self.ranges or whole.status != 200:
            return whole
        first = int(match[1])
        if first >= len(whole.body):
            return Answer(b"", 416, {"Content-Range": f"bytes */{len(whole.body)}"})
        told = {"Content-Range": f"bytes {first}-{len(whole.body) - 1}/{len(whole.body)}"}
        return Answer(whole.body[first:], 206, {**whole.headers, **told})


def cut(after: int) -> Callable[[Answer], Answer]:
    """Return a fault that breaks the connection after so many bytes of the body."""
    return lambda right: Answer(right.body, right.status, right.headers, sent=after)


def told_length(length: int) -> Callable[[Answer], Answer]:
    """Return a fault that tells another length than the body has."""
    return lambda right: Answer(right.body, right.status, right.headers, length=length)


@contextmanager
def serving(host: Loopback) -> Iterator[Loopback]:
    """Serve a host on a free port of loopback for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each answer waits 40 ms for the client's acknowledgement

        def do_GET(self) -> None:
            split = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(split.query, keep_blank_values=True).items()}
            answer = host.answer(Request(split.path, query, {k.lower(): v for k, v in self.headers.items()}))
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body) if answer.length is None else answer.length))
            self.end_headers()
            self.wfile.write(answer.body if answer.sent is None else answer.body[: answer.sent])
            if answer.sent is not None or (answer.length or 0) > len(answer.body):
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True

        do_HEAD = do_POST = do_GET  # noqa: N815 - the names that the server looks up

        def log_message(self, *arguments: Any) -> None:
            pass

        def handle(self) -> None:
            with contextlib.suppress(ConnectionError):  # a client that leaves early is no fault of the host's
                super().handle()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    host.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
