"""An app on the tiny models, images of all odd kinds, and a reader of pages."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from lesionlab.core.notice import NOTICE
from lesionlab.data.prepared import PreparedData
from lesionlab.data.procedural import procedural_lesion
from lesionlab.evaluation.reference import held_out_part, learned_part, make_reference
from lesionlab.inference.extractor import FeatureExtractor
from lesionlab.inference.reference import Reference, write_reference
from lesionlab.records.card import read_card
from lesionlab.records.seen_groups import read_seen_groups
from lesionlab.web.app import create_app
from lesionlab.web.config import WebConfig


class ReadingClient(FlaskClient):
    """A client that reads each answer to its end, so that no file stays open behind it."""

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        return super().open(*arguments, **{"buffered": True, **options})


@pytest.fixture
def config(tiny_generator: Path, tiny_classifier: Path) -> WebConfig:
    return WebConfig(tiny_generator, tiny_classifier)


@pytest.fixture(scope="session")
def app(tiny_generator: Path, tiny_classifier: Path) -> APIFlask:
    return create_app(WebConfig(tiny_generator, tiny_classifier))


@pytest.fixture
def client(app: APIFlask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(autouse=True)
def _read_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(APIFlask, "test_client_class", ReadingClient)


@pytest.fixture
def data_at_hand(tiny_data: PreparedData, monkeypatch: pytest.MonkeyPatch) -> PreparedData:
    """The drawn lesions that the tiny models learned from, prepared in the home folder."""
    monkeypatch.setenv("LESIONLAB_HOME", str(tiny_data.folder.parent.parent))
    return tiny_data


@pytest.fixture(scope="session")
def _reference(tiny_generator: Path, tiny_extractor: Path, tiny_data: PreparedData) -> Reference:
    seen = read_seen_groups(tiny_generator, read_card(tiny_generator))
    parts = learned_part(tiny_data, seen), held_out_part(tiny_data, seen)
    return make_reference(*parts, seen.sha256, 16, [FeatureExtractor(tiny_extractor)])


@pytest.fixture
def knowing(
    config: WebConfig, _reference: Reference, tiny_extractor: Path, home: Path, tmp_path: Path
) -> Callable[[float], WebConfig]:
    """Return a config whose generator knows its training images, with a limit below which an image is a copy."""

    def make(limit: float) -> WebConfig:
        shutil.copytree(tiny_extractor, home / "models" / "tiny")
        folder = shutil.copytree(config.generator, tmp_path / "knowing")
        write_reference(folder, replace(_reference, facts=replace(_reference.facts, limit=limit)))
        return replace(config, generator=folder)

    return make


@pytest.fixture
def damaged(config: WebConfig, tmp_path: Path) -> WebConfig:
    """Copies of the tiny models with both weight files cut in half."""
    for role in ("generator", "classifier"):
        shutil.copytree(config.folder(role), tmp_path / role)
        weights = tmp_path / role / "model.onnx"
        weights.write_bytes(weights.read_bytes()[: weights.stat().st_size // 2])
    return WebConfig(tmp_path / "generator", tmp_path / "classifier")


@pytest.fixture(scope="session")
def photograph() -> Image.Image:
    """A drawn lesion, 64 x 48."""
    return Image.fromarray(procedural_lesion("mel", 5, 64)[:48])


def encode(image: Image.Image, file_format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


@pytest.fixture(scope="session")
def jpeg(photograph: Image.Image) -> bytes:
    return encode(photograph, "JPEG", quality=90)


@pytest.fixture(scope="session")
def odd_images(photograph: Image.Image) -> dict[str, bytes]:
    """Valid images of unusual kinds."""
    turned = Image.Exif()
    turned[0x0112] = 6
    grey = np.asarray(photograph.convert("L"), dtype=np.uint16) * 257
    frames = [photograph.rotate(angle) for angle in (90, 180)]
    return {
        "rgba": encode(photograph.convert("RGBA"), "PNG"),
        "cmyk": encode(photograph.convert("CMYK"), "JPEG"),
        "16-bit": encode(Image.fromarray(grey), "PNG"),
        "exif-turned": encode(photograph, "JPEG", exif=turned),
        "animated": encode(photograph, "GIF", save_all=True, append_images=frames),
        "one pixel": encode(photograph.crop((0, 0, 1, 1)), "PNG"),
        "webp": encode(photograph, "WEBP"),
    }


@dataclass
class Page:
    """What the tests want to know of a page."""

    language: str = ""
    title: str = ""
    headings: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    unlabelled_images: int = 0
    text: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.open.append(tag)
        if tag not in ("a", "abbr", "b", "code", "span", "strong"):
            self.page.text += " "
        if tag == "html":
            self.page.language = values.get("lang") or ""
        if tag == "h1":
            self.page.headings.append("")
        if tag in ("a", "form"):
            self.page.links.append(values.get("href") or values.get("action") or "")
        elif address := values.get("src") or values.get("href"):
            self.page.sources.append(address)
        if tag == "img" and "alt" not in values:
            self.page.unlabelled_images += 1
        self.page.inline += [f"{tag} {name}" for name in values if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in values):
            self.page.inline.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "title" in self.open:
            self.page.title += data
        if "h1" in self.open:
            self.page.headings[-1] += data
        self.page.text += data


def read_page(html: str) -> Page:
    reader = _Reader()
    reader.feed(html)
    reader.page.text = " ".join(reader.page.text.split())
    return reader.page


def multipart(content: bytes) -> dict[str, Any]:
    """Return the request of a form with a file: the test client would put a large one into a file of its own."""
    head = b'--edge\r\nContent-Disposition: form-data; name="image"; filename="lesion.jpg"\r\n\r\n'
    return {"data": head + content + b"\r\n--edge--\r\n", "content_type": "multipart/form-data; boundary=edge"}


@pytest.fixture
def form_with() -> Callable[[bytes], dict[str, Any]]:
    return multipart


Refusal = Callable[[TestResponse, int], str]


@pytest.fixture
def refused() -> Refusal:
    """Check that an answer is a friendly refusal with this status; return its text."""

    def check(response: TestResponse, status: int) -> str:
        assert response.status_code == status, response.text
        assert "Traceback" not in response.text
        assert "Content-Security-Policy" in response.headers
        if response.is_json:
            body = response.get_json()
            assert set(body) == {"error", "notice"}
            assert set(body["error"]) == {"code", "cause", "cure"}
            cause, cure = body["error"]["cause"], body["error"]["cure"]
            assert cause.strip().endswith(".")
            assert cure.strip().endswith((".", "?"))
            assert body["notice"] == NOTICE
            return f"{cause} {cure}"
        page = read_page(response.text)
        assert NOTICE in page.text
        assert len(page.headings) == 1
        assert page.links
        return page.text

    return check


@pytest.fixture
def page_of(client: FlaskClient) -> Callable[[str], Page]:
    """Get a page that must be there, and read it."""

    def get(address: str) -> Page:
        response = client.get(address)
        assert response.status_code == 200, response.text
        return read_page(response.text)

    return get


@pytest.fixture
def as_page() -> Callable[[str], Page]:
    return read_page
