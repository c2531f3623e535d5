from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from lesionlab.collect.collection import ForgottenError, open_collection
from lesionlab.core.errors import ImageError
from lesionlab.data.procedural import procedural_lesion
from lesionlab.records.collected import ManifestRecord


def picture(seed: int, kind: str = "JPEG") -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(procedural_lesion("nv", seed, 64)).save(buffer, kind)
    return buffer.getvalue()


def test_what_is_kept_lies_under_its_hash_and_is_described(tmp_path: Path):
    content = picture(1)
    with open_collection(tmp_path, create=True) as collection:
        kept = collection.keep(ManifestRecord("isic", "a", licence="CC0-1.0"), content)
        assert collection.file_of(kept).read_bytes() == content
        assert kept == collection.manifest.get("isic", "a")
    assert (kept.state, kept.width, kept.height, kept.size_bytes, kept.suffix) == (
        "fetched",
        64,
        64,
        len(content),
        ".jpg",
    )
    assert len(kept.picture_hash) == 16
    assert kept.licence == "CC0-1.0"


def test_one_file_serves_two_records_of_the_same_bytes(tmp_path: Path):
    with open_collection(tmp_path, create=True) as collection:
        one = collection.keep(ManifestRecord("isic", "a"), picture(1))
        other = collection.keep(ManifestRecord("web", "b"), picture(1))
        assert collection.file_of(one) == collection.file_of(other)
        assert len(list((tmp_path / "images").rglob("*.jpg"))) == 1
        assert [r.source for r in collection.manifest.with_sha256(one.sha256)] == ["isic", "web"]


@pytest.mark.parametrize("content", [b"", b"<html>", picture(1)[:400], b"GIF89a" + bytes(20)])
def test_what_is_no_image_leaves_nothing(tmp_path: Path, content: bytes):
    with open_collection(tmp_path, create=True) as collection:
        with pytest.raises(ImageError):
            collection.keep(ManifestRecord("isic", "a"), content)
        assert collection.manifest.get("isic", "a") is None
    assert not list(tmp_path.rglob("images/*/*"))


def test_bytes_that_were_forgotten_are_refused_under_any_name(tmp_path: Path):
    with open_collection(tmp_path, create=True) as collection:
        kept = collection.keep(ManifestRecord("isic", "a"), picture(1))
        collection.file_of(kept).unlink()
        collection.manifest.change("isic", "a", state="forgotten")
    with open_collection(tmp_path) as collection:
        with pytest.raises(ForgottenError, match="forgotten"):
            collection.keep(ManifestRecord("web", "b"), picture(1))
        assert not collection.file_of(kept).exists()
        assert collection.keep(ManifestRecord("web", "c"), picture(2)).state == "fetched"


def test_a_failure_and_a_refusal_keep_their_reason(tmp_path: Path):
    with open_collection(tmp_path, create=True) as collection:
        collection.fail(ManifestRecord("isic", "a"), ImageError("Cut off after 3 bytes.", "Try again."))
        collection.refuse(ManifestRecord("isic", "b"), "no licence")
        told = {r.image_id: (r.state, r.reason) for r in collection.manifest.records()}
    assert told == {"a": ("failed", "Cut off after 3 bytes."), "b": ("refused", "no licence")}
