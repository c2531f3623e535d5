from __future__ import annotations

import hashlib
import tarfile
from pathlib import Path

import pytest

from lesionlab.records.shards import SetFiles, ShardWriter
from lesionlab.records.synthetic import SyntheticImage


def image(file: str, content: bytes, shard: str = "") -> SyntheticImage:
    return SyntheticImage(file, 0, "mel", "ab", hashlib.sha256(content).hexdigest(), shard)


def write(path: Path, **files: bytes) -> bytes:
    shard = ShardWriter(path)
    for name, content in files.items():
        shard.add(name, content)
    shard.finish()
    return path.read_bytes()


def test_a_shard_is_a_plain_tar_file_that_tells_no_time_and_no_owner(tmp_path: Path) -> None:
    content = write(tmp_path / "a.tar", one=b"1", two=b"22")
    assert write(tmp_path / "b.tar", one=b"1", two=b"22") == content
    with tarfile.open(tmp_path / "a.tar") as tar:
        told = [(m.name, m.size, m.mtime, m.uid, m.uname) for m in tar]
    assert told == [("one", 1, 0, 0, ""), ("two", 2, 0, 0, "")]


def test_a_shard_in_the_making_is_not_there(tmp_path: Path) -> None:
    shard = ShardWriter(tmp_path / "a.tar")
    shard.add("one", b"1")
    assert not (tmp_path / "a.tar").exists()
    shard.discard()
    assert list(tmp_path.iterdir()) == []


def test_files_are_read_from_the_folder_and_from_shards(tmp_path: Path) -> None:
    (tmp_path / "own.png").write_bytes(b"own")
    write(tmp_path / "a.tar", x=b"ax", y=b"ay")
    write(tmp_path / "b.tar", x=b"bx")
    asked = [
        image("own.png", b"own"),
        image("y", b"ay", "a.tar"),
        image("x", b"bx", "b.tar"),
        image("x", b"ax", "a.tar"),
    ]
    with SetFiles(tmp_path) as files:
        assert [files.read(each) for each in asked] == [b"own", b"ay", b"bx", b"ax"]


@pytest.mark.parametrize("shard", ["", "a.tar", "none.tar", "damaged.tar"])
def test_what_is_missing_or_another_file_is_none(tmp_path: Path, shard: str) -> None:
    (tmp_path / "x").write_bytes(b"changed")
    (tmp_path / "damaged.tar").write_bytes(b"no tar" * 200)
    write(tmp_path / "a.tar", x=b"changed")
    with SetFiles(tmp_path) as files:
        assert files.read(image("x", b"x", shard)) is None
        assert files.read(image("gone", b"x", shard)) is None
