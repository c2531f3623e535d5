from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image

from lesionlab.inference.inspection import Inspector
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sampler import Sampler
from lesionlab.records.card import read_card
from lesionlab.web.config import WebConfig
from lesionlab.web.morph import COLUMNS, FRAMES

WAY = "start=nv&start_seed=1&end=mel&end_seed=2"


@pytest.fixture
def place(config: WebConfig) -> str:
    return f"/morph/{read_card(config.generator).weights_sha256[:12]}"


def test_the_frames_go_from_one_end_to_the_other(client: FlaskClient, config: WebConfig, place: str) -> None:
    response = client.get(f"{place}/frames.webp?{WAY}")
    sprite = np.asarray(Image.open(io.BytesIO(response.data)).convert("RGB"), dtype=int)
    sampler = Sampler(config.generator)
    size = sampler.card.image.size_px
    assert sprite.shape == (FRAMES // COLUMNS * size, COLUMNS * size, 3)
    first, last = sampler.sample([Recipe(1, "nv"), Recipe(2, "mel")]).astype(int)
    assert np.abs(sprite[:size, :size] - first).mean() < 12  # WebP is lossy
    assert np.abs(sprite[-size:, -size:] - last).mean() < 12
    assert "immutable" in response.headers["Cache-Control"]


def test_the_animation_can_be_proved_to_be_ours(client: FlaskClient, config: WebConfig, place: str) -> None:
    response = client.get(f"{place}/animation.webp?{WAY}")
    assert response.headers["Content-Disposition"].startswith('attachment; filename="morph-nv-1-mel-2-')
    assert Image.open(io.BytesIO(response.data)).n_frames == FRAMES  # type: ignore[attr-defined]
    assert Inspector([config.generator]).inspect(response.data).because == "made again exactly"


def test_the_page_holds_a_strip_of_frames_that_needs_no_script(page_of: Callable[[str], Any], client: FlaskClient):
    page = page_of(f"/morph?{WAY}")
    assert "Synthetic lesion, 100% of the way" in client.get(f"/morph?{WAY}").text
    assert (
        sum("frames.webp" in source for source in page.sources) == 10
    )  # one sprite, nine places of it and the slider's
    assert f"/morph?{WAY}" in page.links
    assert "no stage of any disease" in page.text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("start=moon", "Unknown diagnosis 'moon'"),
        ("start_seed=x", "no whole number"),
        ("truncation=99", "Truncation 99"),
        ("start=nv&start_seed=1&end=nv&end_seed=1", "are the same"),
    ],
)
def test_ends_that_are_none_are_refused_beside_the_form(
    client: FlaskClient, refused, query: str, words: str, place: str
):
    response = client.get(f"/morph?{query}")
    assert words in refused(response, 400)
    assert 'name="start_seed"' in response.text
    refused(client.get(f"{place}/frames.webp?{query}"), 400)


def test_frames_of_another_model_are_not_sent(client: FlaskClient, refused: Callable[..., str]) -> None:
    refused(client.get(f"/morph/0123456789ab/frames.webp?{WAY}"), 404)
