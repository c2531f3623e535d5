"""One shape for every error: a cause, a cure and the notice, as a page or as JSON."""

from __future__ import annotations

import logging
from typing import Any

from apiflask import APIFlask, HTTPError
from flask import Response, jsonify, make_response, render_template, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from lesionlab.core.errors import LesionLabError
from lesionlab.core.imaging import MAX_BYTES
from lesionlab.core.notice import NOTICE
from lesionlab.web.batching import BusyError
from lesionlab.web.metering import request_id
from lesionlab.web.refusals import explain_refusal

_LOG = logging.getLogger("lesionlab.web")

# Code, cause and cure of the errors that the framework raises itself.
_FRAMEWORK_ERRORS: dict[int, tuple[str, str, str]] = {
    400: ("bad_request", "The request could not be understood.", "Check it against /openapi.json."),
    404: ("not_found", "There is no page at this address.", "Check the address, or start from the first page."),
    405: ("wrong_method", "This address does not answer that kind of request.", "Start from the first page."),
    413: (
        "too_large",
        f"The request is larger than an image may be ({MAX_BYTES // 2**20} MB).",
        f"Use an image of at most {MAX_BYTES // 2**20} MB.",
    ),
    415: ("wrong_type", "The request has a type that is not read here.", "Send JSON, or a form with an image."),
}
_UNKNOWN = ("refused", "The request was refused.", "Start from the first page.")
_INTERNAL = (
    "internal",
    "Something went wrong inside LesionLab.",
    "Try again; if it stays, report it with the lines that the program printed.",
)


def wants_json() -> bool:
    """Return whether the caller is a program: an API address, or JSON asked for before HTML."""
    if request.path.startswith(("/api/", "/healthz", "/readyz", "/metrics", "/openapi.json")):
        return True
    return request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json"


def error_body(code: str, cause: str, cure: str) -> dict[str, Any]:
    """Return the one JSON shape of an error."""
    return {"error": {"code": code, "cause": cause, "cure": cure}, "notice": NOTICE}


def answer_error(status: int, code: str, cause: str, cure: str) -> Response:
    """Return an error as JSON or as a page, whichever the caller reads."""
    if wants_json():
        response = jsonify(error_body(code, cause, cure))
    else:
        response = make_response(render_template("error.html", status=status, cause=cause, cure=cure))
    response.status_code = status
    return response


def _lesionlab_error(error: LesionLabError) -> Response:
    response = answer_error(error.http_status, error.code, error.cause, error.cure)
    if isinstance(error, BusyError):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def _refused_input(error: HTTPError) -> Response:
    reason = error.__cause__
    if isinstance(reason, ValidationError):
        return answer_error(error.status_code, "bad_input", *explain_refusal(reason))
    code, cause, cure = _FRAMEWORK_ERRORS.get(error.status_code, _UNKNOWN)
    return answer_error(error.status_code, code, cause, cure)


def _framework_error(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    fallback = _INTERNAL if status >= 500 else _UNKNOWN
    response = answer_error(status, *_FRAMEWORK_ERRORS.get(status, fallback))
    for name in ("Allow", "Retry-After"):
        if value := dict(error.get_headers()).get(name):
            response.headers[name] = value
    return response


def _unforeseen_error(error: Exception) -> Response:
    _LOG.error("id=%s %s %s failed", request_id(), request.method, request.path, exc_info=error)
    return answer_error(500, *_INTERNAL)


def register_errors(app: APIFlask) -> None:
    """Answer every error of the app in the one shape."""
    app.register_error_handler(LesionLabError, _lesionlab_error)
    app.register_error_handler(HTTPError, _refused_input)
    app.register_error_handler(HTTPException, _framework_error)
    app.register_error_handler(Exception, _unforeseen_error)
