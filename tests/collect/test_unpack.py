from __future__ import annotations

import stat
import struct
import subprocess
import sys
import zipfile
import zlib
from collections import namedtuple
from collections.abc import Mapping
from pathlib import Path

import pytest

from lesionlab.collect import unpack as room
from lesionlab.collect.unpack import Limits, Unpacked, check_space, unpack
from lesionlab.core.errors import CollectError

PICTURES = {f"part/{number}.jpg": bytes([number]) * 3000 + b"end" for number in range(5)}


def packed(path: Path, members: Mapping[str | zipfile.ZipInfo, bytes], how: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def everything(name: str) -> str | None:
    return name


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder).as_posix()): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return packed(tmp_path / "images.zip", PICTURES)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_only_what_is_asked_for_is_unpacked(archive: Path, out: Path) -> None:
    done = unpack(archive, out, lambda name: f"here/{name[-5]}.jpg" if name < "part/2" else None)
    assert done == Unpacked(written=2, kept=0, left_out=3)
    assert contents(out) == {"here/0.jpg": PICTURES["part/0.jpg"], "here/1.jpg": PICTURES["part/1.jpg"]}


def test_what_is_whole_is_not_unpacked_again_and_what_is_not_is(archive: Path, out: Path) -> None:
    unpack(archive, out, everything)
    untouched = (out / "part" / "0.jpg").stat().st_mtime_ns
    (out / "part" / "1.jpg").write_bytes(b"x" * 3003)  # the right size, other bytes
    (out / "part" / "2.jpg").write_bytes(b"short")
    (out / "part" / "3.jpg").unlink()
    assert unpack(archive, out, everything) == Unpacked(written=3, kept=2, left_out=0)
    assert contents(out) == PICTURES
    assert (out / "part" / "0.jpg").stat().st_mtime_ns == untouched


@pytest.mark.parametrize(
    "name", ["../out.jpg", "part/../../out.jpg", "/etc/out.jpg", "C:/out.jpg", "C:out.jpg", "..\\out.jpg", "\\\\a\\b"]
)
def test_a_name_outside_the_folder_refuses_the_whole_archive(name: str, tmp_path: Path, out: Path) -> None:
    archive = packed(tmp_path / "images.zip", {"fine.jpg": b"fine", name: b"no"})
    with pytest.raises(CollectError, match="outside its folder"):
        unpack(archive, out, everything)
    assert contents(tmp_path).keys() == {"images.zip"}


def test_a_link_refuses_the_whole_archive(tmp_path: Path, out: Path) -> None:
    link = zipfile.ZipInfo("link.jpg")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(CollectError, match="holds a link"):
        unpack(packed(tmp_path / "images.zip", {link: b"/etc/passwd"}), out, everything)


def test_a_bomb_is_refused_before_a_byte_is_written(tmp_path: Path, out: Path) -> None:
    bomb = packed(tmp_path / "bomb.zip", {"zeros.jpg": bytes(2**24)}, zipfile.ZIP_DEFLATED)
    with pytest.raises(CollectError, match=r"would grow from 16,\d{3} to 16,777,216 bytes"):
        unpack(bomb, out, everything)
    assert not out.exists()


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (Limits(members=4), "5 files, more than 4"),
        (Limits(member_bytes=3000), "would grow"),
        (Limits(total_bytes=9000), "would grow to"),
    ],
)
def test_limits_on_counts_and_sizes(archive: Path, out: Path, limits: Limits, told: str) -> None:
    with pytest.raises(CollectError, match=told):
        unpack(archive, out, everything, limits=limits)
    assert not out.exists()


def test_a_member_larger_than_it_says_is_cut_off(tmp_path: Path, out: Path) -> None:
    # The head says 10 bytes and the CRC of those, the stream holds 16 MB: what a bomb with a lying head does.
    archive = packed(tmp_path / "bomb.zip", {"zeros.jpg": bytes(2**24)}, zipfile.ZIP_DEFLATED)
    lying = archive.read_bytes().replace(struct.pack("<I", 2**24), struct.pack("<I", 10))
    archive.write_bytes(lying.replace(struct.pack("<I", zlib.crc32(bytes(2**24))), struct.pack("<I", 1)))
    with pytest.raises(CollectError, match="damaged"):
        unpack(archive, out, everything)
    assert contents(out) == {}


def test_a_damaged_member_stops_it_and_the_files_before_stay(archive: Path, out: Path) -> None:
    content = bytearray(archive.read_bytes())
    content[content.index(PICTURES["part/3.jpg"]) + 100] ^= 1
    archive.write_bytes(content)
    with pytest.raises(CollectError, match=r"'part/3.jpg' is damaged \(Bad CRC"):
        unpack(archive, out, everything)
    assert contents(out) == {name: PICTURES[name] for name in list(PICTURES)[:3]}


@pytest.mark.parametrize("content", [b"", b"<html>Sign in</html>" * 100, b"PK\x03\x04" + bytes(200)])
def test_what_is_no_archive_is_told(content: bytes, tmp_path: Path, out: Path) -> None:
    path = tmp_path / "images.zip"
    path.write_bytes(content)
    with pytest.raises(CollectError, match="no whole ZIP archive") as caught:
        unpack(path, out, everything)
    assert f"Delete {path}" in caught.value.cure


def test_an_archive_cut_anywhere_is_refused_and_nothing_is_left(archive: Path, out: Path) -> None:
    whole = archive.read_bytes()
    for length in range(0, len(whole), 997):
        archive.write_bytes(whole[:length])
        with pytest.raises(CollectError):
            unpack(archive, out, everything)
        assert contents(out) == {}


def test_one_image_twice_is_unpacked_once_and_two_of_one_name_are_refused(tmp_path: Path, out: Path) -> None:
    def lower(name: str) -> str:
        return name.lower()

    twice = packed(tmp_path / "twice.zip", {"HAM/a.jpg": b"same", "ham/a.jpg": b"same"})
    assert unpack(twice, out, lower) == Unpacked(written=1, kept=0, left_out=1)
    other = packed(tmp_path / "other.zip", {"HAM/a.jpg": b"same", "ham/a.jpg": b"else"})
    with pytest.raises(CollectError, match=r"two different files for ham/a\.jpg"):
        unpack(other, out, lower)


def test_an_encrypted_member_is_told(archive: Path, out: Path) -> None:
    content = archive.read_bytes().replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
    archive.write_bytes(content)
    with pytest.raises(CollectError, match="is encrypted"):
        unpack(archive, out, everything)


def test_too_little_space_is_told_before_the_work(archive: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(room.shutil, "disk_usage", lambda path: usage(100, 100, 14_000))
    with pytest.raises(CollectError, match=r"0\.0 GB free; unpacking images.zip takes") as caught:
        unpack(archive, out, everything)
    assert "LESIONLAB_HOME" in caught.value.cure
    check_space(out, 14_000, "a download")
    unpack(archive, out, lambda name: name if name < "part/4" else None)


def test_a_full_disk_leaves_no_half_file(archive: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied = []

    def full(packed: object, written: object, size: int) -> None:
        copied.append(size)
        if len(copied) == 3:
            raise OSError(28, "No space left on device")
        real(packed, written, size)  # type: ignore[arg-type]

    real = room._copy
    with monkeypatch.context() as patch:
        patch.setattr(room, "_copy", full)
        with pytest.raises(OSError, match="No space left"):
            unpack(archive, out, everything)
    assert contents(out) == {name: PICTURES[name] for name in list(PICTURES)[:2]}
    assert unpack(archive, out, everything) == Unpacked(written=3, kept=2, left_out=0)


KILLED = """
import os, signal, sys
from pathlib import Path
from lesionlab.collect import unpack as room
real, calls = room._copy, []
def killed(packed, written, size):
    calls.append(size)
    if len(calls) == 4:
        written.write(packed.read(1000)); written.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    real(packed, written, size)
room._copy = killed
room.unpack(Path(sys.argv[1]), Path(sys.argv[2]), lambda name: name)
"""


def test_a_kill_in_the_middle_leaves_whole_files_and_the_next_run_ends_it(archive: Path, out: Path) -> None:
    result = subprocess.run([sys.executable, "-c", KILLED, str(archive), str(out)], check=False, timeout=60)
    assert result.returncode == -9
    there = contents(out)
    assert {name for name in there if not name.endswith(".part")} == {"part/0.jpg", "part/1.jpg", "part/2.jpg"}
    assert there["part/.3.jpg.part"] == PICTURES["part/3.jpg"][:1000]
    assert unpack(archive, out, everything) == Unpacked(written=2, kept=3, left_out=0)
    assert contents(out) == PICTURES
