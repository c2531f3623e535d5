from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from lesionlab.core.imaging import read, square
from lesionlab.data import cache
from lesionlab.data.cache import Decoded, write_pixels


def files_of(source: Path) -> list[Path]:
    return sorted(source.glob("*/*.jpg"))


def direct(files: list[Path], size_px: int) -> np.ndarray:
    return np.stack([square(read(path), size_px) for path in files])


def test_the_cache_holds_what_decoding_and_cropping_give(source: Path, tmp_path: Path) -> None:
    files = files_of(source)
    targets = {size: tmp_path / f"{size}.npy" for size in (16, 40)}
    decoded = write_pixels(files, targets)
    assert decoded.bad == set()
    assert decoded.sha256 == [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    for size, path in targets.items():
        np.testing.assert_array_equal(np.load(path), direct(files, size))


def test_several_processes_write_the_same_in_the_same_order(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "ALONE_BELOW", 1)
    monkeypatch.setattr(cache, "BLOCK_IMAGES", 4)
    monkeypatch.setattr(cache, "cores", lambda: 2)
    files = files_of(source)
    files[6].write_bytes(b"no image")
    seen: list[tuple[float, float]] = []
    decoded = write_pixels(files, {16: tmp_path / "16.npy"}, lambda done, total, **_: seen.append((done, total)))
    assert decoded.unreadable == [6]
    np.testing.assert_array_equal(np.load(tmp_path / "16.npy"), direct(files[:6] + files[7:], 16))
    assert seen[0] == (4, len(files))
    assert seen[-1] == (len(files), len(files))


@pytest.mark.parametrize("content", [b"", b"no image", None], ids=["0 bytes", "text", "truncated"])
def test_unreadable_images_are_named_and_left_out(source: Path, tmp_path: Path, content: bytes | None) -> None:
    files = files_of(source)
    whole = files[2].read_bytes()
    files[2].write_bytes(whole[: len(whole) // 2] if content is None else content)
    files[5].unlink()
    assert write_pixels(files, {16: tmp_path / "16.npy"}).unreadable == [2, 5]
    assert len(np.load(tmp_path / "16.npy")) == len(files) - 2


def test_nothing_appears_when_the_unreadable_are_not_accepted(source: Path, tmp_path: Path) -> None:
    files = files_of(source)
    files[0].write_bytes(b"")
    folder = tmp_path / "out"
    folder.mkdir()

    def refuse(decoded: Decoded) -> None:
        assert decoded.unreadable == [0]
        raise KeyError

    with pytest.raises(KeyError):
        write_pixels(files, {16: folder / "16.npy"}, accept=refuse)
    assert list(folder.iterdir()) == []


def test_a_file_that_is_not_the_one_its_hash_names_is_left_out(source: Path, tmp_path: Path) -> None:
    files = files_of(source)[:4]
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    files[2].write_bytes(files[1].read_bytes())
    decoded = write_pixels(files, {16: tmp_path / "16.npy"}, sha256=[*digests[:3], ""])
    assert (decoded.unreadable, decoded.altered) == ([], [2])
    assert decoded.sha256 == [digests[0], digests[1], digests[3]]
    assert len(np.load(tmp_path / "16.npy")) == 3
