"""Serve the app on this machine: a free port, its address told, a browser opened where there is one."""

from __future__ import annotations

import errno
import logging
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from waitress.server import BaseWSGIServer, create_server

from lesionlab.core.errors import InputError, LesionLabError
from lesionlab.web.app import create_app
from lesionlab.web.config import WebConfig
from lesionlab.web.uploads import FORM_OVERHEAD_BYTES

DEFAULT_PORT = 8765
PORTS_TRIED = 50
LOOPBACK_ADDRESSES = {"127.0.0.1": socket.AF_INET, "localhost": socket.AF_INET, "::1": socket.AF_INET6}
# Uploads above the app's own limit are still read up to here, so that a browser gets a page instead of a broken line.
MAX_BODY_BYTES = 64 * 2**20
THREADS = 48  # they wait for the models most of the time; see batching.CAPACITY


class PortError(LesionLabError):
    """A port that cannot be had."""

    code = "port_in_use"


def serve(config: WebConfig, host: str, port: int | None, open_browser: bool) -> None:
    """Serve until interrupted.

    `port` None stands for 8765 or the next free one.

    Raises:
        InputError: the host is not this machine alone, or the port is out of range.
        PortError: the port is in use, or none is free.
    """
    listener = listen(host, port)
    bound = listener.getsockname()[1]
    server = make_server(replace(config, port=bound), listener)
    address = f"http://{'[::1]' if host == '::1' else host}:{bound}/"
    sys.stdout.write(f"LesionLab is at {address}  (Ctrl-C ends it)\n")
    sys.stdout.flush()
    if open_browser and has_display():
        webbrowser.open(address)
    server.run()


@contextmanager
def running(config: WebConfig) -> Iterator[str]:
    """Serve on a free port in a thread of this program; yield the address."""
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    server = make_server(replace(config, port=port), listener)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        # Closed by its own thread, which then finds nothing left to do.
        server.trigger.pull_trigger(server.close)  # type: ignore[attr-defined]
        thread.join(timeout=5)
        server.task_dispatcher.shutdown()


def make_server(config: WebConfig, listener: socket.socket) -> BaseWSGIServer:
    """Return the app's server on a socket that listens."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a grid of images waits in it by design
    return create_server(  # type: ignore[return-value]
        create_app(config),
        sockets=[listener],
        threads=THREADS,
        channel_request_lookahead=1,  # without it nobody notices that a client went away
        ident="LesionLab",
        max_request_body_size=MAX_BODY_BYTES,
        # An upload that is accepted stays in memory; waitress would put it into a file beyond half a megabyte.
        inbuf_overflow=config.max_upload_bytes + FORM_OVERHEAD_BYTES,
    )


def listen(host: str, port: int | None) -> socket.socket:
    """Return a bound socket on a loopback address; see `serve`."""
    if host not in LOOPBACK_ADDRESSES:
        raise InputError(
            f"LesionLab serves this machine only, and {host[:60]} is another address.",
            "Use 127.0.0.1; from another machine, come through an SSH tunnel to the same port.",
        )
    if port is not None and not 0 <= port <= 65535:
        raise InputError(f"Port {port} is outside 1..65535.", f"Use {DEFAULT_PORT}, or leave the port out.")
    if port is not None:
        return _bind(host, port)
    for candidate in range(DEFAULT_PORT, DEFAULT_PORT + PORTS_TRIED):
        try:
            return _bind(host, candidate)
        except PortError:
            continue
    last = DEFAULT_PORT + PORTS_TRIED - 1
    raise PortError(f"No port from {DEFAULT_PORT} to {last} is free.", "Name one with --port.")


def _bind(host: str, port: int) -> socket.socket:
    family = LOOPBACK_ADDRESSES[host]
    listener = socket.socket(family, socket.SOCK_STREAM)
    if sys.platform != "win32":  # there the option would let two servers share a port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1" if family == socket.AF_INET else host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EACCES:
            raise PortError(f"Port {port} is reserved by the system.", "Use a port above 1023.") from error
        if error.errno == errno.EADDRINUSE:
            raise PortError(f"Port {port} is in use.", "Choose another, or leave the port out.") from error
        raise PortError(f"Port {port} cannot be had: {error.strerror}.", "Choose another host or port.") from error
    return listener


def has_display() -> bool:
    """Return whether a browser window would be seen by someone; never in continuous integration."""
    if os.environ.get("CI"):
        return False
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
