from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from lesionlab.web.headers import CONTENT_SECURITY_POLICY

ANSWERS = ("/", "/generate", "/classify", "/models", "/static/base.css", "/healthz", "/openapi.json", "/nowhere")


@pytest.mark.parametrize("address", ANSWERS)
def test_every_answer_carries_the_security_headers(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_the_policy_allows_nothing_unsafe() -> None:
    directives = dict(part.split(" ", 1) for part in CONTENT_SECURITY_POLICY.split("; "))
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "*" not in CONTENT_SECURITY_POLICY
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["style-src"] == directives["form-action"] == "'self'"
    assert directives["base-uri"] == directives["frame-ancestors"] == "'none'"
    assert directives["img-src"] == "'self' data:"


def test_an_answer_to_an_upload_is_kept_nowhere(client: FlaskClient, jpeg: bytes) -> None:
    import io

    response = client.post("/classify", data={"image": (io.BytesIO(jpeg), "mole.jpg")})
    assert response.headers["Cache-Control"] == "no-store"
    assert client.get("/classify").headers["Cache-Control"] == "no-cache"
