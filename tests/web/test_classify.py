from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from lesionlab.core.diagnoses import HAM10000_DIAGNOSES
from lesionlab.records.card import read_card
from lesionlab.web.app import create_app
from lesionlab.web.config import WebConfig


def send(client: FlaskClient, content: bytes, name: str = "lesion.jpg") -> TestResponse:
    return client.post("/classify", data={"image": (io.BytesIO(content), name)})


def percentages(text: str) -> list[float]:
    return [float(value) for value in re.findall(r'class="score-value">[<>]?([\d.]+)%', text)]


def embedded(page: Any) -> list[Image.Image]:
    sources = dict.fromkeys(s for s in page.sources if s.startswith("data:"))
    return [Image.open(io.BytesIO(base64.b64decode(s.partition(",")[2]))) for s in sources]


def test_the_form_takes_a_file_and_offers_examples_of_both_kinds(page_of: Callable[[str], Any]) -> None:
    page = page_of("/classify")
    assert "/classify" in page.links
    for kind in ("synthetic", "procedural"):
        examples = [link for link in page.links if f"?{kind}=" in link]
        assert len(examples) == 7


def test_the_form_is_honest(page_of: Callable[[str], Any]) -> None:
    text = page_of("/classify").text
    assert "It always answers." in text
    assert "not calibrated probabilities" in text
    assert "gone once the answer is sent" in text


def test_an_upload_is_answered_with_every_diagnosis(client: FlaskClient, jpeg: bytes) -> None:
    response = send(client, jpeg)
    assert response.status_code == 200
    shown = percentages(response.text)
    assert len(shown) == 7
    assert shown == sorted(shown, reverse=True)
    assert sum(shown) == pytest.approx(100, abs=0.5)
    for diagnosis in HAM10000_DIAGNOSES:
        for words in (diagnosis.code, diagnosis.name.replace("'", "&#39;")):
            assert words in response.text


def test_an_upload_is_never_called_a_diagnosis_of_someone(client: FlaskClient, jpeg: bytes) -> None:
    text = send(client, jpeg).text.lower()
    assert "you have" not in text
    assert "suffer" not in text
    assert "your image is gone" in text


def test_the_page_shows_what_the_model_saw_and_three_maps(
    client: FlaskClient, jpeg: bytes, as_page: Callable[[str], Any], config: WebConfig
) -> None:
    page = as_page(send(client, jpeg).text)
    assert len([source for source in page.sources if source.startswith("data:")]) == 2 * (1 + 3)  # large and small
    size = read_card(config.classifier).image.size_px
    assert {image.size for image in embedded(page)} == {(size, size)}
    assert "tells nothing about places" in page.text  # at 16 px a map has one cell


def test_the_metadata_of_an_upload_is_dropped(client: FlaskClient, photograph: Image.Image) -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken in the garden of Ms Example"
    buffer = io.BytesIO()
    photograph.save(buffer, "JPEG", exif=exif)
    assert b"garden" in buffer.getvalue()
    response = send(client, buffer.getvalue(), "ms-example.jpg")
    assert "ms-example" not in response.text
    for found in re.findall(r"data:image/png;base64,([\w+/=]+)", response.text):
        assert b"garden" not in base64.b64decode(found)


@pytest.mark.parametrize("kind", ["rgba", "cmyk", "16-bit", "exif-turned", "animated", "one pixel", "webp"])
def test_odd_images_are_answered(client: FlaskClient, odd_images: dict[str, bytes], kind: str) -> None:
    response = send(client, odd_images[kind], "odd")
    assert response.status_code == 200, response.text
    assert len(percentages(response.text)) == 7


def test_a_turned_photograph_is_seen_upright(
    client: FlaskClient, odd_images: dict[str, bytes], photograph: Image.Image, as_page: Callable[[str], Any]
) -> None:
    seen = embedded(as_page(send(client, odd_images["exif-turned"]).text))[0]
    upright = photograph.rotate(-90, expand=True)
    left, top = 0, (upright.height - upright.width) // 2
    square = upright.crop((left, top, left + upright.width, top + upright.width)).resize(seen.size)
    assert np.abs(np.asarray(seen, dtype=int) - np.asarray(square, dtype=int)).mean() < 8


def huge_png() -> bytes:
    import struct
    import zlib

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


BAD_UPLOADS: dict[str, tuple[int, str]] = {
    "truncated": (415, "damaged"),
    "text": (415, "not an image"),
    "svg": (415, "not an image"),
    "empty": (415, "0 bytes"),
    "huge": (413, "pixels"),
    "20 MB": (413, "15 MB"),
}


@pytest.fixture
def bad_uploads(jpeg: bytes) -> dict[str, bytes]:
    return {
        "truncated": jpeg[: len(jpeg) // 2],
        "text": b"I am a poem, and no image.",
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        "empty": b"",
        "huge": huge_png(),
        "20 MB": jpeg + b"\0" * 20 * 2**20,
    }


@pytest.mark.parametrize("kind", BAD_UPLOADS)
@pytest.mark.parametrize("address", ["/classify", "/api/v1/classify"])
def test_bad_uploads_are_refused_with_cause_and_cure(
    client: FlaskClient,
    refused: Callable[..., str],
    form_with: Callable[[bytes], dict[str, Any]],
    bad_uploads: dict[str, bytes],
    kind: str,
    address: str,
) -> None:
    response = client.post(address, **form_with(bad_uploads[kind]))
    status, words = BAD_UPLOADS[kind]
    assert words in refused(response, status)


def test_a_form_without_an_image_is_refused(client: FlaskClient, refused: Callable[..., str]) -> None:
    assert "No image was sent." in refused(client.post("/classify"), 400)
    assert "No image was sent." in refused(send(client, b"", ""), 400)
    wrong_field = client.post("/classify", data={"photo": (io.BytesIO(b"x"), "x.jpg")})
    assert "'image'" in refused(wrong_field, 400)


def test_a_synthetic_image_says_what_was_asked_for(page_of: Callable[[str], Any]) -> None:
    page = page_of("/classify?synthetic=nv:7")
    assert "The generator was asked for Melanocytic nevus" in page.text
    assert "Your image is gone" not in page.text
    assert any(link.startswith("/generate?diagnosis=nv") for link in page.links)


def test_a_drawn_image_says_so(page_of: Callable[[str], Any]) -> None:
    assert "It is no real lesion" in page_of("/classify?procedural=mel:3").text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("synthetic=nvx:7", "Did you mean 'nv'?"),
        ("synthetic=nv", "names no image"),
        ("synthetic=nv:seven", "no whole number"),
        ("synthetic=nv:-1", "outside 0.."),
        ("procedural=moon:1", "Unknown diagnosis 'moon'"),
        ("procedural=nv:1&synthetic=nv:1", "two images"),
    ],
)
def test_bad_sources_are_refused(client: FlaskClient, refused: Callable[..., str], query: str, words: str) -> None:
    assert words in refused(client.get(f"/classify?{query}"), 400)


def test_a_damaged_classifier_is_named(damaged: WebConfig, refused: Callable[..., str], jpeg: bytes) -> None:
    client = create_app(damaged).test_client()
    assert "cut or changed" in refused(client.get("/classify"), 503)
    assert "cut or changed" in refused(send(client, jpeg), 503)


def test_without_a_generator_one_can_still_classify(config: WebConfig, tmp_path: Path, jpeg: bytes) -> None:
    client = create_app(WebConfig(tmp_path / "nothing", config.classifier)).test_client()
    assert client.get("/classify").status_code == 200
    assert send(client, jpeg).status_code == 200
    assert client.get("/classify?synthetic=nv:7").status_code == 503
