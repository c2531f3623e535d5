from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from flask.testing import FlaskClient
from PIL import Image


@pytest.fixture
def large_image() -> bytes:
    """Three megabytes, far beyond what the framework itself would keep in memory."""
    import numpy as np

    noise = np.random.default_rng(0).integers(0, 256, (1000, 1000, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "PNG")
    return buffer.getvalue()


def test_a_large_upload_never_becomes_a_file(
    client: FlaskClient,
    large_image: bytes,
    monkeypatch: pytest.MonkeyPatch,
    form_with: Callable[[bytes], dict[str, Any]],
) -> None:
    def forbidden(*arguments: Any, **options: Any) -> NoReturn:
        raise AssertionError("an upload was about to be written to a file")

    form = form_with(large_image)
    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, forbidden)
    response = client.post("/classify", **form)
    assert response.status_code == 200, response.text


class CountingStream(io.RawIOBase):
    """A body of two gigabytes that counts what was read of it."""

    def __init__(self) -> None:
        self.position = 0
        self.read_bytes = 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.position = 2 * 2**30 if whence == io.SEEK_END else offset
        return self.position

    def readinto(self, buffer: Any) -> int:
        self.read_bytes += len(buffer)
        return len(buffer)


def test_an_upload_above_the_limit_is_refused_unread(client: FlaskClient, refused: Callable[..., str]) -> None:
    stream = CountingStream()
    response = client.post("/classify", input_stream=stream, content_type="multipart/form-data; boundary=edge")
    assert "15 MB" in refused(response, 413)
    assert stream.read_bytes == 0


def test_the_body_of_json_is_bounded_too(client: FlaskClient, refused: Callable[..., str]) -> None:
    body = b'{"diagnosis": "' + b"n" * 20 * 2**20 + b'"}'
    response = client.post("/api/v1/generate", data=body, content_type="application/json")
    refused(response, 413)


def test_too_many_parts_are_refused(client: FlaskClient, refused: Callable[..., str]) -> None:
    response = client.post("/classify", data={f"field{i}": "x" for i in range(50)} | {"image": (io.BytesIO(b"x"), "x")})
    refused(response, 413)
