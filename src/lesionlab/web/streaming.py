"""Pages sent while they are still being made: what is ready is shown, without any script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response, current_app, stream_with_context
from markupsafe import Markup

FLUSH = Markup("<!-- more follows -->")  # where a template says so, all before it goes out


def streamed(template: str, **context: Any) -> Response:
    """Return a page whose template sends what it has at each `{{ FLUSH }}`."""
    current_app.update_template_context(context)
    pieces = current_app.jinja_env.get_template(template).generate(context, FLUSH=FLUSH)
    return Response(stream_with_context(_together(pieces)), mimetype="text/html")


def _together(pieces: Iterator[str]) -> Iterator[str]:
    waiting: list[str] = []
    for piece in pieces:
        waiting.append(piece)
        if piece == FLUSH:
            yield "".join(waiting)
            waiting.clear()
    yield "".join(waiting)
