"""Whether whoever asked still waits for the answer."""

from __future__ import annotations

from collections.abc import Callable

from flask import has_request_context, request


def client_gone() -> Callable[[], bool]:
    """Return what says that the client of the current request went away; where the server cannot know, nobody does."""
    told = request.environ.get("waitress.client_disconnected") if has_request_context() else None
    return told if callable(told) else _never


def _never() -> bool:
    return False
