"""Who is answered: only pages and programs that address this machine by a loopback name."""

from __future__ import annotations

from flask import Flask, request

from lesionlab.core.errors import InputError, LesionLabError

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


class ForeignCallError(LesionLabError):
    """A form on another site was sent here."""

    http_status = 403
    code = "foreign_call"


def check_host(host: str, port: int | None) -> None:
    """Check the Host header, so that a foreign name made to point here (DNS rebinding) gets no answer.

    Raises:
        InputError: the name is not a loopback name, or the port is another one.
    """
    name, _, given_port = host.rpartition(":") if not host.endswith("]") and ":" in host else (host, "", "")
    right_port = port is None or given_port == str(port) or (not given_port and port == 80)
    if name.lower() not in LOOPBACK_NAMES or not right_port:
        address = "http://localhost/" if port is None else f"http://127.0.0.1:{port}/"
        raise InputError(f"This app does not answer for the address '{host[:80]}'.", f"Open {address} instead.")


def check_origin(fetch_site: str | None) -> None:
    """Check the browser's Sec-Fetch-Site header of a request that sends something.

    Raises:
        ForeignCallError: the form or script belongs to another site.
    """
    if fetch_site not in (None, "same-origin", "none"):
        raise ForeignCallError("The request came from a page of another site.", "Open LesionLab itself and try there.")


def register_callers(app: Flask, port: int | None) -> None:
    """Check host and origin before every request of the app."""

    def check() -> None:
        check_host(request.headers.get("Host", ""), port)
        if request.method == "POST":
            check_origin(request.headers.get("Sec-Fetch-Site"))

    app.before_request(check)
