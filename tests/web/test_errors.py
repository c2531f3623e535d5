from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from lesionlab.web.app import create_app
from lesionlab.web.config import WebConfig


@pytest.mark.parametrize("address", ["/nowhere", "/models/", "/static/none.css", "/static/../app.py"])
def test_an_unknown_address_is_a_friendly_page(client: FlaskClient, refused: Callable[..., str], address: str) -> None:
    response = client.get(address)
    refused(response, 404)
    assert response.mimetype == "text/html"


def test_programs_get_json(client: FlaskClient, refused: Callable[..., str]) -> None:
    for response in (client.get("/api/v1/nowhere"), client.get("/nowhere", headers={"Accept": "application/json"})):
        refused(response, 404)
        assert response.is_json
        assert response.get_json()["error"]["code"] == "not_found"


def test_the_wrong_method_on_a_page(client: FlaskClient, refused: Callable[..., str]) -> None:
    response = client.post("/generate")
    refused(response, 405)
    assert "GET" in response.headers["Allow"]


def test_a_failure_inside_shows_no_inside(
    config: WebConfig, refused: Callable[..., str], caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(config)

    def fail() -> str:
        raise ZeroDivisionError("a secret detail")

    app.add_url_rule("/fail", view_func=fail)
    with caplog.at_level(logging.ERROR, logger="lesionlab.web"):
        response = app.test_client().get("/fail")
    text = refused(response, 500)
    assert "secret" not in text
    assert "ZeroDivisionError" not in text
    assert "a secret detail" in caplog.text  # the log has what the page must not show


def test_a_cause_is_never_markup(client: FlaskClient) -> None:
    response = client.get("/classify?synthetic=%3Cimg%20src=x%3E:1")
    assert "<img src=x>" not in response.text
