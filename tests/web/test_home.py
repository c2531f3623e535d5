from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from lesionlab.web.app import create_app
from lesionlab.web.config import WebConfig
from lesionlab.web.wall import COLUMNS, ROWS


def test_each_lesion_of_the_wall_can_be_classified(page_of: Callable[[str], Any], client: FlaskClient) -> None:
    page = page_of("/")
    lesions = [link for link in page.links if link.startswith("/classify?synthetic=")]
    assert len(lesions) == len(set(lesions)) == COLUMNS * ROWS
    assert client.get(lesions[-1]).status_code == 200


def test_the_wall_says_that_it_is_synthetic(page_of: Callable[[str], Any]) -> None:
    assert "synthetic" in page_of("/").text


def test_the_three_doors_are_there(page_of: Callable[[str], Any]) -> None:
    assert {"/generate", "/classify", "/studies"} <= set(page_of("/").links)


def test_without_a_generator_the_page_says_why(config: WebConfig, tmp_path: Path) -> None:
    client = create_app(WebConfig(tmp_path / "nothing", config.classifier)).test_client()
    response = client.get("/")
    assert response.status_code == 200
    assert "holds no card.json" in response.text
    assert "/generate" in response.text
