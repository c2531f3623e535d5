from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image

from lesionlab.curate.audit import release_split
from lesionlab.data.groups import known_duplicates
from lesionlab.data.prepared import PreparedData
from lesionlab.web.data_sets import PER_PAGE

PageOf = Callable[[str], Any]


@pytest.fixture
def data(data_at_hand: PreparedData) -> PreparedData:
    return data_at_hand


def test_without_any_data_ham10000_is_counted_from_its_committed_table(page_of: PageOf) -> None:
    page = page_of("/data")
    assert "None is prepared yet." in page.text
    assert "All 7,025 1,499 1,491 10,015 7,470" in page.text
    assert "/audit" in page.links


def test_the_sets_of_this_machine_are_listed(data: PreparedData, page_of: PageOf) -> None:
    page = page_of("/data")
    assert {"/data/tiny", "/data/tiny/images"} <= set(page.links)
    assert f"{data.record.images} images of {data.record.lesions} lesions, at 16, 32 px" in page.text


def test_a_damaged_set_does_not_hide_the_others(data: PreparedData, home: Path, monkeypatch, client, page_of) -> None:
    monkeypatch.setenv("LESIONLAB_HOME", str(home))
    shutil.copytree(data.folder, home / "cache" / "tiny")
    (home / "cache" / "broken").mkdir()
    (home / "cache" / "broken" / "prepared.json").write_text("{")
    page = page_of("/data")
    assert "/data/tiny" in page.links
    assert "/data/broken" not in page.links
    assert "broken" in page.text
    assert client.get("/data/broken").status_code == 400


def test_a_set_has_counts_audit_and_sources(data: PreparedData, page_of: PageOf) -> None:
    text = page_of("/data/tiny").text
    assert "No leak found" in text
    assert "5 of 6 checks were made" in text
    assert data.split.sha256 in text
    melanomas = sum(row.diagnosis == "mel" for row in data.split.rows)
    assert re.search(rf"Melanoma mel [\d ]+ {melanomas} ", text)


def test_every_image_is_on_one_of_the_pages(data: PreparedData, page_of: PageOf, client: FlaskClient) -> None:
    shown = [
        source for page in (1, 2) for source in page_of(f"/data/tiny/images?page={page}").sources if ".jpg" in source
    ]
    assert len(shown) == len(set(shown)) == len(data.split.rows) > PER_PAGE
    first = client.get(shown[0])
    assert "immutable" in first.headers["Cache-Control"]
    assert first.headers["Cache-Control"].startswith("private")
    assert client.get(shown[0], headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_thumbnail_is_the_image_of_its_row(data: PreparedData, client: FlaskClient) -> None:
    sent = np.asarray(Image.open(io.BytesIO(client.get("/data/tiny/images/5.jpg").data)), int)
    assert np.abs(sent - data.pixels(32)[5]).mean() < 6  # JPEG is lossy


def test_images_are_found_by_diagnosis_and_part(data: PreparedData, page_of: PageOf, client: FlaskClient) -> None:
    address = "/data/tiny/images?diagnosis=mel&part=train&localization="
    wanted = [row.image_id for row in data.split.rows if (row.diagnosis, row.part) == ("mel", "train")]
    page = page_of(address)
    assert f"{len(wanted)} images" in page.text
    assert [image for image in wanted if image not in page.text] == []
    assert sum(".jpg" in source for source in page.sources) == len(wanted)
    assert '<option value="mel" selected>' in client.get(address).text


def test_pages_keep_what_was_asked_for(data: PreparedData, page_of: PageOf) -> None:
    assert "/data/tiny/images?page=2" in page_of("/data/tiny/images").links
    assert "0 images" in page_of("/data/tiny/images?diagnosis=nothing").text


@pytest.mark.parametrize(
    "address",
    [
        "/data/elsewhere",
        "/data/..",
        "/data/tiny/images?page=99",
        "/data/tiny/images?page=0",
        "/data/tiny/images/99999.jpg",
    ],
)
def test_what_is_not_there_is_404(data: PreparedData, client: FlaskClient, refused, address: str) -> None:
    refused(client.get(address), 404)


def test_a_page_number_is_a_number(data: PreparedData, client: FlaskClient, refused) -> None:
    refused(client.get("/data/tiny/images?page=x"), 400)


def test_duplicates_of_other_sets_are_none(data: PreparedData, page_of: PageOf) -> None:
    assert "None of them is among the images of this set." in page_of("/data/tiny/duplicates").text


def lists(*, by_group: bool) -> dict[str, str]:
    """Return ids of HAM10000, half of them for training and half for testing, by lesion group or by image."""
    rows = release_split().rows[:1500]
    halves: dict[str, list[str]] = {"train": [], "test": []}
    for number, row in enumerate(rows):
        first = row.group < "HAM_0004000" if by_group else number % 2 == 0
        halves["train" if first else "test"].append(row.image_id)
    return {part: "\n".join(ids) for part, ids in halves.items()}


def test_a_split_by_image_leaks_and_comes_back_without(client: FlaskClient, as_page: Callable[[str], Any]) -> None:
    response = client.post("/audit", data=lists(by_group=False))
    text = as_page(response.text).text
    assert "LEAKS: " in text
    assert "A version without leaks" in text
    assert response.headers["Cache-Control"] == "no-store"
    [fixed] = re.findall(r'<textarea id="fixed"[^>]*>([^<]*)<', response.text)
    again = as_page(client.post("/audit", data={"table": fixed}).text).text
    assert "No leak found" in again


def test_a_split_by_group_does_not(client: FlaskClient, as_page: Callable[[str], Any]) -> None:
    assert "No leak found" in as_page(client.post("/audit", data=lists(by_group=True)).text).text


def test_a_known_pair_across_is_found_and_named(client: FlaskClient, as_page: Callable[[str], Any]) -> None:
    one, other = known_duplicates()[0]
    text = as_page(client.post("/audit", data={"train": f"{one}.jpg", "validation": other}).text).text
    assert "1 known duplicate pair across" in text
    assert one in text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "0 of the three lists has ids."),
        ({"train": "ISIC_0027419"}, "1 of the three lists has ids."),
        ({"train": "ISIC_0027419", "test": "<b>"}, "The test part of your lists names no image"),
        ({"table": "hello"}, "Your table has no column of ids"),
        ({"train": "ISIC_0027419", "table": "x"}, "Leave one of them blank."),
    ],
)
def test_what_cannot_be_audited_is_refused_beside_what_was_typed(
    client: FlaskClient, refused: Callable[..., str], fields: dict[str, str], words: str
) -> None:
    response = client.post("/audit", data=fields)
    assert words in refused(response, 400)
    assert "<b>" not in response.text
    assert all(value in response.text for name, value in fields.items() if name == "train")


def test_a_list_above_the_limit_is_refused(client: FlaskClient, refused: Callable[..., str]) -> None:
    refused(client.post("/audit", data={"train": "x" * 5 * 2**20}), 413)
