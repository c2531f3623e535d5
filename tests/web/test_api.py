from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image

from lesionlab.core.notice import NOTICE
from lesionlab.core.seeds import MAX_SEED
from lesionlab.data.procedural import procedural_lesion
from lesionlab.inference.predictor import Predictor
from lesionlab.inference.provenance import read_provenance
from lesionlab.records.card import read_card
from lesionlab.web.app import create_app
from lesionlab.web.config import WebConfig


def generate(client: FlaskClient, **order: Any) -> Any:
    response = client.post("/api/v1/generate", json=order)
    assert response.status_code == 200, response.text
    return response.get_json()


def png_of(pixels: Any) -> tuple[io.BytesIO, str]:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    buffer.seek(0)
    return buffer, "lesion.png"


def test_images_come_with_their_recipes(client: FlaskClient) -> None:
    body = generate(client, diagnosis="nv", count=3, seed=7)
    assert [(i["diagnosis"], i["seed"]) for i in body["images"]] == [("nv", 7), ("nv", 8), ("nv", 9)]
    assert body["synthetic"] is True
    assert body["notice"] == NOTICE
    record = read_provenance(base64.b64decode(body["images"][1]["png_base64"]))
    assert record is not None
    assert record["seed"] == 8


def test_the_address_serves_the_same_bytes(client: FlaskClient) -> None:
    [image] = generate(client, diagnosis="bcc", seed=2)["images"]
    assert client.get(image["address"]).data == base64.b64decode(image["png_base64"])


def test_the_same_order_gives_the_same_images(client: FlaskClient, config: WebConfig) -> None:
    once = generate(client, diagnosis="all", count=8, seed=1)
    other_app = create_app(config).test_client()
    assert generate(other_app, diagnosis="all", count=8, seed=1) == once


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ({"diagnosis": "nv", "seed": "7"}, "'seed' is '7', which is not a whole number."),
        ({"diagnosis": "nv", "seed": "text"}, "whole number"),
        ({"diagnosis": "nv", "seed": True}, "'seed' is True"),
        ({"diagnosis": "nv", "seed": 1.5}, "'seed' is 1.5"),
        ({"diagnosis": "nv", "seed": -1}, "Give at least 0."),
        ({"diagnosis": "nv", "seed": MAX_SEED + 1}, f"Give at most {MAX_SEED}."),
        ({"diagnosis": "nv", "count": 0}, "'count' is 0. Give at least 1."),
        ({"diagnosis": "nv", "count": 10_000}, "'count' is 10000. Give at most 64."),
        ({"diagnosis": "nv", "count": None}, "'count' is None"),
        ({"count": 1}, "'diagnosis' is missing."),
        ({"diagnosis": 5}, "'diagnosis' is 5, which is not text."),
        ({"diagnosis": "nv", "sed": 1}, "'sed' is not known here."),
        ([1, 2], "named values"),
        ("nv", "named values"),
    ],
)
def test_bad_orders_are_refused(client: FlaskClient, refused: Callable[..., str], order: Any, words: str) -> None:
    assert words in refused(client.post("/api/v1/generate", json=order), 422)


def test_an_unknown_diagnosis_names_the_nearest(client: FlaskClient, refused: Callable[..., str]) -> None:
    response = client.post("/api/v1/generate", json={"diagnosis": "vascc"})
    assert "Did you mean 'vasc'?" in refused(response, 400)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"diagnosis=nv"])
def test_a_body_that_is_no_json_is_refused(client: FlaskClient, refused: Callable[..., str], body: bytes) -> None:
    refused(client.post("/api/v1/generate", data=body, content_type="application/json"), 400)


def test_the_wrong_method_is_refused(client: FlaskClient, refused: Callable[..., str]) -> None:
    response = client.get("/api/v1/generate")
    refused(response, 405)
    assert "POST" in response.headers["Allow"]


def test_probabilities_are_those_of_the_model(client: FlaskClient, config: WebConfig) -> None:
    pixels = procedural_lesion("mel", 9, 48)
    body = client.post("/api/v1/classify", data={"image": png_of(pixels)}).get_json()
    expected = Predictor(config.classifier).predict([pixels])[0]
    card = read_card(config.classifier)
    assert list(body["probabilities"]) == list(card.classes)
    assert np.allclose(list(body["probabilities"].values()), expected.probabilities, atol=1e-6)
    assert body["decision"] == expected.decision
    assert body["model"]["weights_sha256"] == card.weights_sha256
    assert body["maps"] is None
    assert body["notice"] == NOTICE


def test_the_mean_of_a_map_gives_the_probability(client: FlaskClient) -> None:
    data = {"image": png_of(procedural_lesion("vasc", 2, 48))}
    body = client.post("/api/v1/classify?maps=1", data=data).get_json()
    assert (body["calibrated"], body["prediction_set"]) == (False, None)
    logits = np.array([np.mean(body["maps"][code]) for code in body["probabilities"]])
    expected = np.exp(logits) / np.exp(logits).sum()
    assert np.allclose(list(body["probabilities"].values()), expected, atol=1e-4)


def test_maps_is_yes_or_no(client: FlaskClient, refused: Callable[..., str]) -> None:
    response = client.post("/api/v1/classify?maps=please", data={"image": png_of(procedural_lesion("nv", 1, 16))})
    assert "maps=1" in refused(response, 400)


def test_classify_without_an_image_is_refused(client: FlaskClient, refused: Callable[..., str]) -> None:
    assert "No image" in refused(client.post("/api/v1/classify"), 400)
    assert "No image" in refused(client.post("/api/v1/classify", json={"image": "x"}), 400)


def test_the_models_are_listed_with_their_cards(client: FlaskClient, config: WebConfig) -> None:
    listed = client.get("/api/v1/models").get_json()["models"]
    assert [model["role"] for model in listed] == ["generator", "classifier"]
    assert listed[1]["card"]["weights_sha256"] == read_card(config.classifier).weights_sha256
    assert listed[1]["error"] is None


def test_damaged_models_are_503_and_listed(damaged: WebConfig, refused: Callable[..., str], jpeg: bytes) -> None:
    client = create_app(damaged).test_client()
    assert "cut or changed" in refused(client.post("/api/v1/generate", json={"diagnosis": "nv"}), 503)
    sent = {"image": (io.BytesIO(jpeg), "mole.jpg")}
    assert "cut or changed" in refused(client.post("/api/v1/classify", data=sent), 503)
    listed = client.get("/api/v1/models").get_json()["models"]
    assert all(model["card"] is None and "cut or changed" in model["error"]["cure"] for model in listed)
