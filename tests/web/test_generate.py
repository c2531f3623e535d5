from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.web.app import create_app
from lesionlab.web.config import WebConfig


def images_of(page: Any) -> list[str]:
    return [source for source in page.sources if source.startswith("/synthetic/")]


def test_the_address_is_the_recipe(page_of: Callable[[str], Any]) -> None:
    page = page_of("/generate?diagnosis=nv&count=12&seed=7")
    names = [address.split("/")[-2:] for address in images_of(page)]
    assert names == [["nv", f"{seed}.png"] for seed in range(7, 19)]
    assert "seeds 7 to 18" in page.text
    assert "/generate?diagnosis=nv&count=12&seed=19" in page.links
    assert "/generate?diagnosis=nv&count=12&seed=7" in page.links


def test_each_image_can_be_classified_and_downloaded(page_of: Callable[[str], Any], client: FlaskClient) -> None:
    page = page_of("/generate?diagnosis=df&count=1&seed=4")
    assert "/classify?synthetic=df:4" in page.links
    [download] = [link for link in page.links if link.endswith("?download")]
    assert client.get(download).headers["Content-Disposition"].startswith('attachment; filename="synthetic-df-4-')


def test_all_seven_is_a_choice_and_the_default(page_of: Callable[[str], Any]) -> None:
    page = page_of("/generate?diagnosis=all&count=7&seed=1")
    assert [address.split("/")[-2] for address in images_of(page)] == list(HAM10000_CODES)
    assert len(images_of(page_of("/generate"))) == 21


def test_one_image_is_one_image(page_of: Callable[[str], Any]) -> None:
    text = page_of("/generate?diagnosis=mel&count=1&seed=0").text
    assert "1 synthetic image: Melanoma" in text
    assert "seed 0 ·" in text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("diagnosis=melx", "Did you mean 'mel'?"),
        ("count=0", "Count 0 is outside 1..64."),
        ("count=10000", "Count 10,000 is outside 1..64."),
        ("seed=text", "Seed is 'text', which is no whole number."),
        ("diagnosis=<script>", "Unknown diagnosis '<script>'."),
    ],
)
def test_a_bad_recipe_is_refused_beside_the_form(
    client: FlaskClient, refused: Callable[..., str], query: str, words: str
) -> None:
    response = client.get(f"/generate?{query}")
    assert words in refused(response, 400)
    assert "<script>'" not in response.text
    assert 'name="seed"' in response.text


def test_what_was_typed_stays_in_the_form(client: FlaskClient) -> None:
    assert 'value="10000"' in client.get("/generate?diagnosis=nv&count=10000").text


def test_a_damaged_generator_is_named(damaged: WebConfig, refused: Callable[..., str]) -> None:
    text = refused(create_app(damaged).test_client().get("/generate"), 503)
    assert "cut or changed" in text
