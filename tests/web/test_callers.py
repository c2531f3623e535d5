from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from lesionlab.core.errors import InputError
from lesionlab.web.app import create_app
from lesionlab.web.callers import ForeignCallError, check_host, check_origin
from lesionlab.web.config import WebConfig


@pytest.mark.parametrize("host", ["localhost:8765", "127.0.0.1:8765", "[::1]:8765", "LOCALHOST:8765"])
def test_loopback_names_with_the_port_are_answered(host: str) -> None:
    check_host(host, 8765)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:8765",
        "localhost:80",
        "localhost",
        "127.0.0.1",
        "[::1]",
        "",
        "localhost.evil.example:8765",
        "[::2]:8765",
    ],
)
def test_other_names_and_ports_are_refused(host: str) -> None:
    with pytest.raises(InputError, match=r"127\.0\.0\.1:8765"):
        check_host(host, 8765)


def test_port_80_may_be_left_out() -> None:
    check_host("localhost", 80)
    check_host("[::1]", 80)


def test_an_app_without_a_port_answers_any_port_but_no_other_name() -> None:
    check_host("localhost:1234", None)
    with pytest.raises(InputError):
        check_host("evil.example:1234", None)


def test_a_rebound_name_gets_no_page_and_no_image(config: WebConfig, refused: Callable[..., str]) -> None:
    client = create_app(replace(config, port=8765)).test_client()
    for address in ("/", "/healthz", "/static/base.css"):
        response = client.get(address, headers={"Host": "evil.example:8765"})
        assert "127.0.0.1:8765" in refused(response, 400)
    assert client.get("/static/base.css", headers={"Host": "127.0.0.1:8765"}).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_forms_of_other_sites_are_refused(
    client: FlaskClient, refused: Callable[..., str], site: str, jpeg: Any
) -> None:
    response = client.post("/api/v1/generate", json={"diagnosis": "nv"}, headers={"Sec-Fetch-Site": site})
    assert "another site" in refused(response, 403)


@pytest.mark.parametrize("site", [None, "same-origin", "none"])
def test_own_forms_and_programs_pass(site: str | None) -> None:
    check_origin(site)


def test_an_unknown_value_is_refused() -> None:
    with pytest.raises(ForeignCallError):
        check_origin("else")
