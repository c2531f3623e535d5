from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image

from lesionlab.core.synthetic_mark import DIGITAL_SOURCE_TYPE
from lesionlab.inference.provenance import read_provenance
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sampler import Sampler
from lesionlab.records.card import read_card
from lesionlab.web.config import WebConfig
from lesionlab.web.wall import COLUMNS, ROWS, wall_recipes


@pytest.fixture
def tag(config: WebConfig) -> str:
    return read_card(config.generator).weights_sha256[:12]


def test_an_image_is_the_one_of_its_recipe(client: FlaskClient, tiny_generator: Path, tag: str) -> None:
    response = client.get(f"/synthetic/{tag}/nv/7.png")
    assert response.mimetype == "image/png"
    pixels = np.asarray(Image.open(io.BytesIO(response.data)))
    assert np.array_equal(pixels, Sampler(tiny_generator).sample([Recipe(7, "nv")])[0])


def test_an_image_carries_its_provenance(client: FlaskClient, tag: str) -> None:
    record = read_provenance(client.get(f"/synthetic/{tag}/df/3.png").data)
    assert record is not None
    assert (record["diagnosis"], record["seed"], record["synthetic"]) == ("df", 3, True)
    assert record["model_sha256"].startswith(tag)


def test_an_image_may_be_kept_for_ever(client: FlaskClient, tag: str) -> None:
    address = f"/synthetic/{tag}/nv/7.png"
    first = client.get(address)
    assert "immutable" in first.headers["Cache-Control"]
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = client.get(f"/synthetic/{tag}/nv/8.png")
    assert other.headers["ETag"] != first.headers["ETag"]


def test_an_address_of_another_model_is_not_answered(client: FlaskClient, refused: Callable[..., str]) -> None:
    assert "another generator" in refused(client.get("/synthetic/0123456789ab/nv/7.png"), 404)
    assert "another generator" in refused(client.get("/synthetic/0123456789ab/wall.webp"), 404)


@pytest.mark.parametrize("rest", ["nvx/7.png", "nv/99999999999999999999.png"])
def test_bad_recipes_are_refused(client: FlaskClient, refused: Callable[..., str], tag: str, rest: str) -> None:
    refused(client.get(f"/synthetic/{tag}/{rest}"), 400)


@pytest.mark.parametrize("rest", ["nv/seven.png", "nv/-7.png", "nv/7.jpg"])
def test_addresses_that_are_none_are_404(client: FlaskClient, refused: Callable[..., str], tag: str, rest: str) -> None:
    refused(client.get(f"/synthetic/{tag}/{rest}"), 404)


def test_the_wall_holds_each_of_its_recipes(client: FlaskClient, tiny_generator: Path, tag: str) -> None:
    response = client.get(f"/synthetic/{tag}/wall.webp")
    wall = np.asarray(Image.open(io.BytesIO(response.data)).convert("RGB"), dtype=int)
    sampler = Sampler(tiny_generator)
    size = sampler.card.image.size_px
    assert wall.shape == (ROWS * size, COLUMNS * size, 3)
    last = sampler.sample(wall_recipes(sampler.card.classes)[-1:])[0]
    assert np.abs(wall[-size:, -size:] - last).mean() < 12  # WebP is lossy


def test_the_wall_says_inside_that_it_is_synthetic(client: FlaskClient, config: WebConfig, tag: str) -> None:
    marks = Image.open(io.BytesIO(client.get(f"/synthetic/{tag}/wall.webp").data)).info["xmp"].decode()
    rights = ElementTree.fromstring(marks).find(".//{http://purl.org/dc/elements/1.1/}rights")
    assert DIGITAL_SOURCE_TYPE in marks
    assert rights is not None
    assert read_card(config.generator).attribution in "".join(rights.itertext())


def test_the_wall_shows_all_diagnoses_and_no_twins_side_by_side(config: WebConfig) -> None:
    classes = read_card(config.generator).classes
    codes = np.array([recipe.diagnosis for recipe in wall_recipes(classes)]).reshape(ROWS, COLUMNS)
    assert set(codes.ravel()) == set(classes)
    assert (codes[:, 1:] != codes[:, :-1]).all()
    assert (codes[1:] != codes[:-1]).all()


def test_drawn_lesions_are_sent_as_png(client: FlaskClient, refused: Callable[..., str]) -> None:
    response = client.get("/procedural/mel/3.png")
    assert Image.open(io.BytesIO(response.data)).size == (128, 128)
    refused(client.get("/procedural/moon/3.png"), 400)
