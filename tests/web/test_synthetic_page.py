from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.seeds import MAX_SEED
from lesionlab.records.card import read_card
from lesionlab.web.app import create_app
from lesionlab.web.config import WebConfig


@pytest.fixture
def place(config: WebConfig) -> str:
    return f"/synthetic/{read_card(config.generator).weights_sha256[:12]}"


def test_an_image_has_a_page_with_all_that_can_be_done_with_it(page_of: Callable[[str], Any], place: str) -> None:
    page = page_of(f"{place}/mel/19")
    assert f"{place}/mel/19.png" in page.sources
    assert {"/classify?synthetic=mel:19", f"{place}/mel/19.png?download", f"{place}/mel/19"} <= set(page.links)
    assert "Agreement" in page.text
    assert "Nobody has this lesion." in page.text


def test_its_variations_differ_in_one_thing_and_have_pages_too(page_of, client: FlaskClient, place: str) -> None:
    links = [link for link in page_of(f"{place}/mel/19").links if link.startswith(place) and ".png" not in link]
    assert {f"{place}/{code}/19" for code in HAM10000_CODES} <= set(links)
    assert {f"{place}/mel/{seed}" for seed in range(20, 26)} <= set(links)
    assert f"{place}/mel/19?truncation=1.5" in links
    assert client.get(f"{place}/mel/19?truncation=1.5").status_code == 200


def test_truncation_stays_with_the_variations(page_of: Callable[[str], Any], place: str) -> None:
    page = page_of(f"{place}/mel/19?truncation=1")
    assert "truncated at 1" in page.text
    assert f"{place}/nv/19?truncation=1" in page.links
    assert f"{place}/mel/19.png?truncation=1&download" in page.links


def test_the_last_seed_has_a_page(page_of: Callable[[str], Any], place: str) -> None:
    assert "Other seeds" not in page_of(f"{place}/mel/{MAX_SEED}").text


def test_authenticity_is_told_where_the_training_images_are_known(knowing, as_page: Callable[[str], Any], place: str):
    text = as_page(create_app(knowing(1e9)).test_client().get(f"{place}/mel/19").text).text
    assert "Authenticity" in text
    assert "counts as a copy" in text


def test_bad_addresses_are_refused(client: FlaskClient, refused: Callable[..., str], place: str) -> None:
    assert "another generator" in refused(client.get("/synthetic/0123456789ab/mel/19"), 404)
    refused(client.get(f"{place}/moon/19"), 400)
    refused(client.get(f"{place}/mel/19?truncation=99"), 400)
    refused(client.get(f"{place}/mel/19.png?truncation=x"), 400)
