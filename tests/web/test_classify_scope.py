"""The classify page and its API with a classifier that knows its scope and its training cases."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient

from lesionlab.core.picture_statistics import STATISTICS
from lesionlab.data.prepared import PreparedData
from lesionlab.evaluation.classifier_reference import make_classifier_reference
from lesionlab.inference.classifier_reference import write_classifier_reference
from lesionlab.inference.compact_features import axes_along
from lesionlab.inference.predictor import Predictor
from lesionlab.inference.scope_file import ScopeRecord, write_scope
from lesionlab.records.card import read_card
from lesionlab.records.scope import QualityLimits, ScopeFacts
from lesionlab.web.app import create_app
from lesionlab.web.config import WebConfig

LAX = QualityLimits(0, 0, 1, 1, 1, 0)  # the pictures sent are tiny, and have no other fault


@pytest.fixture
def client_with(
    tiny_generator: Path, tiny_classifier: Path, tiny_data: PreparedData, tmp_path: Path
) -> Callable[[float], FlaskClient]:
    """Return an app whose classifier knows training cases, and finds everything odder than a limit out of scope."""

    def make(limit: float) -> FlaskClient:
        folder = tmp_path / f"classifier {limit}"
        shutil.copytree(tiny_classifier, folder)
        card = read_card(folder)
        nowhere = np.zeros((1, STATISTICS), np.float32)
        axes = axes_along(nowhere + 127, np.zeros(STATISTICS), np.eye(STATISTICS))
        counts = dict.fromkeys(card.classes, 10)
        shares = dict.fromkeys(card.classes, 0.05)
        facts = ScopeFacts(card.groups_sha256, "5" * 64, limit, 0.05, shares, counts, LAX)
        write_scope(folder, ScopeRecord(facts, axes, nowhere))
        write_classifier_reference(folder, make_classifier_reference(Predictor(folder), tiny_data.part("train")))
        return create_app(WebConfig(tiny_generator, folder)).test_client()

    return make


def sent(client: FlaskClient, address: str, content: bytes):
    return client.post(address, data={"image": (io.BytesIO(content), "lesion.jpg")})


def test_what_is_out_of_scope_gets_no_result_but_the_reason(client_with, jpeg: bytes) -> None:
    page = sent(client_with(0.0), "/classify", jpeg)
    assert page.status_code == 200
    assert "<h1>No result</h1>" in page.text
    assert "show it to a doctor" in page.text
    assert "has only 64 x 48 pixels" in page.text
    assert "ranks" not in page.text


def test_what_is_in_scope_gets_its_scores_with_remarks_and_training_cases(
    client_with, jpeg: bytes, tiny_data: PreparedData
) -> None:
    client = client_with(1e9)
    page = sent(client, "/classify", jpeg).text
    assert "ranks" in page
    assert "has only 64 x 48 pixels" in page
    assert "Training cases nearest to it" in page
    assert sum(image_id in page for image_id in tiny_data.part("train").image_ids) == 5
    assert "gets no result" in client.get("/classify").text


def test_a_synthetic_image_is_answered_out_of_scope_too_and_told_so(client_with) -> None:
    page = client_with(0.0).get("/classify?synthetic=nv:1")
    assert "ranks" in page.text
    assert "Were this an upload, there would be no result" in page.text


def test_the_api_tells_scope_and_cases(client_with, jpeg: bytes, tiny_data: PreparedData) -> None:
    refused, answered = (sent(client_with(limit), "/api/v1/classify", jpeg).get_json() for limit in (0.0, 1e9))
    assert (refused["scope"]["in_scope"], answered["scope"]["in_scope"]) == (False, True)
    assert "doctor" in refused["scope"]["words"]
    assert [remark["code"] for remark in answered["scope"]["remarks"]] == ["tiny"]
    assert len(answered["nearest"]) == 5
    assert {case["image_id"] for case in answered["nearest"]} <= set(tiny_data.part("train").image_ids)


def test_without_either_nothing_is_claimed(client: FlaskClient, jpeg: bytes) -> None:
    body = sent(client, "/api/v1/classify", jpeg).get_json()
    assert (body["scope"], body["nearest"]) == (None, [])
