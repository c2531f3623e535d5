from __future__ import annotations

import errno
import hashlib
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from loopback import Answer, Loopback, cut, serving

from lesionlab.collect.transfer import Transfer
from lesionlab.collect.transfer_errors import TemporaryError, TransferError
from lesionlab.core.errors import CollectError, TooLargeError

CONTENT = random.Random(1).randbytes(400_000)
OTHER = random.Random(2).randbytes(400_000)
MD5 = hashlib.md5(CONTENT).hexdigest()
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Files(Loopback):
    """A host with one file that may change."""

    def __init__(self) -> None:
        super().__init__()
        self.content, self.headers = CONTENT, {"ETag": '"one"'}
        self.routes["/file"] = lambda request: Answer(self.content, headers=self.headers)

    def answer(self, request: Any) -> Answer:
        right = super().answer(request)
        tag = request.headers.get("if-range")
        # A host that knows If-Range gives the whole file when the tag is another one.
        if tag is not None and right.status == 206 and tag not in self.headers.values():
            return Answer(self.content, headers=self.headers)
        return right


@pytest.fixture
def host() -> Iterator[Files]:
    with serving(Files()) as host:
        assert isinstance(host, Files)
        yield host


@pytest.fixture
def transfer() -> Iterator[Transfer]:
    with Transfer(["127.0.0.1"], delay_s=0, attempts=3, sleep=lambda seconds: None) as transfer:
        yield transfer


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "file.zip"


def part_of(target: Path) -> Path:
    return target.with_name("file.zip.part")


def break_off(host: Files, transfer: Transfer, target: Path, after: int = 150_000) -> None:
    """Leave a part of the file, as a cut that no attempt mends."""
    host.fail("/file", cut(after))
    host.fail("/file", Answer(status=503), times=3 + 3)
    with pytest.raises(TemporaryError):
        transfer.download(f"{host.base}/file", target)
    host._faults.clear()
    assert part_of(target).stat().st_size == after
    host.requests.clear()


def ranges(host: Files) -> list[str]:
    return [request.headers.get("range", "") for request in host.requests]


def test_a_file_comes_whole_and_verified_and_leaves_nothing_beside_it(host: Files, transfer: Transfer, target: Path):
    told: list[tuple[float, float]] = []
    transfer.download(
        f"{host.base}/file",
        target,
        expected_bytes=len(CONTENT),
        md5=MD5,
        sha256=SHA256.upper(),
        progress=lambda done, total, **figures: told.append((done, total)),
    )
    assert target.read_bytes() == CONTENT
    assert [path.name for path in target.parent.iterdir()] == ["file.zip"]
    assert told[0] == (0, len(CONTENT))
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert sorted(told) == told


def test_cuts_are_mended_by_asking_for_the_rest(host: Files, transfer: Transfer, target: Path):
    host.fail("/file", cut(100_000), times=3)
    transfer.download(f"{host.base}/file", target, md5=MD5)
    assert target.read_bytes() == CONTENT
    assert ranges(host) == ["", "bytes=100000-", "bytes=200000-", "bytes=300000-"]


def test_more_cuts_than_attempts_are_mended_as_long_as_bytes_come(host: Files, transfer: Transfer, target: Path):
    host.fail("/file", cut(20_000), times=15)
    transfer.download(f"{host.base}/file", target, sha256=SHA256)
    assert target.read_bytes() == CONTENT
    assert len(host.requests) == 16


def test_a_later_call_goes_on_where_the_first_broke_off(host: Files, transfer: Transfer, target: Path):
    break_off(host, transfer, target)
    assert not target.exists()
    transfer.download(f"{host.base}/file", target, sha256=SHA256)
    assert target.read_bytes() == CONTENT
    assert ranges(host) == ["bytes=150000-"]
    assert host.requests[0].headers["if-range"] == '"one"'


@pytest.mark.parametrize("headers", [{"ETag": '"two"'}, {"Last-Modified": "Tue, 02 Jan 2024 00:00:00 GMT"}])
def test_a_file_that_has_changed_begins_anew(host: Files, transfer: Transfer, target: Path, headers: dict[str, str]):
    break_off(host, transfer, target)
    host.content, host.headers = OTHER, headers
    transfer.download(f"{host.base}/file", target)
    assert target.read_bytes() == OTHER


def test_a_host_that_ignores_if_range_is_found_out_by_its_tag(host: Files, transfer: Transfer, target: Path):
    break_off(host, transfer, target)
    host.content, host.headers = OTHER, {"ETag": '"two"'}
    ignoring = Answer(OTHER[150_000:], 206, {"ETag": '"two"', "Content-Range": "bytes 150000-399999/400000"})
    host.fail("/file", ignoring)
    transfer.download(f"{host.base}/file", target)
    assert target.read_bytes() == OTHER


def test_mixed_parts_without_tags_are_found_out_by_the_checksum(host: Files, transfer: Transfer, target: Path):
    host.content, host.headers = OTHER, {}
    break_off(host, transfer, target)
    host.content = CONTENT
    transfer.download(f"{host.base}/file", target, md5=MD5)
    assert target.read_bytes() == CONTENT
    assert ranges(host) == ["bytes=150000-", ""]


def test_without_tag_and_checksum_nothing_is_resumed(host: Files, transfer: Transfer, target: Path):
    host.content, host.headers = OTHER, {"ETag": 'W/"weak"'}
    break_off(host, transfer, target)
    host.content = CONTENT
    transfer.download(f"{host.base}/file", target)
    assert target.read_bytes() == CONTENT
    assert ranges(host) == [""]


def test_a_host_without_ranges_gives_the_file_from_the_start(host: Files, transfer: Transfer, target: Path):
    break_off(host, transfer, target)
    host.ranges = False
    transfer.download(f"{host.base}/file", target, md5=MD5)
    assert target.read_bytes() == CONTENT


def test_a_host_without_ranges_that_always_cuts_is_given_up(host: Files, transfer: Transfer, target: Path):
    host.ranges = False
    host.fail("/file", cut(100_000), times=1000)
    with pytest.raises(TemporaryError):
        transfer.download(f"{host.base}/file", target)
    assert len(host.requests) <= 9


def test_another_range_than_asked_for_is_not_taken(host: Files, transfer: Transfer, target: Path):
    break_off(host, transfer, target)
    headers = {"ETag": '"one"', "Content-Range": "bytes 100000-399999/400000"}
    host.fail("/file", Answer(CONTENT[100_000:], 206, headers))
    transfer.download(f"{host.base}/file", target, md5=MD5)
    assert target.read_bytes() == CONTENT


def test_a_part_that_is_the_whole_file_only_gets_its_name(host: Files, transfer: Transfer, target: Path):
    break_off(host, transfer, target)
    part_of(target).write_bytes(CONTENT)
    transfer.download(f"{host.base}/file", target)  # the host answers 416
    assert target.read_bytes() == CONTENT
    break_off(host, transfer, target)
    part_of(target).write_bytes(CONTENT)
    transfer.download(f"{host.base}/file", target, expected_bytes=len(CONTENT), md5=MD5)
    assert host.requests == []


def test_a_part_longer_than_the_file_begins_anew(host: Files, transfer: Transfer, target: Path):
    break_off(host, transfer, target)
    part_of(target).write_bytes(CONTENT + b"more")
    transfer.download(f"{host.base}/file", target)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("wrong", [{"md5": "0" * 32}, {"sha256": "0" * 64}, {"expected_bytes": 399_999}])
def test_a_whole_file_that_is_another_is_not_asked_for_again(
    host: Files, transfer: Transfer, target: Path, wrong: dict[str, Any]
):
    with pytest.raises(TransferError, match="instead of"):
        transfer.download(f"{host.base}/file", target, **wrong)
    assert len(host.requests) == 1
    assert list(target.parent.iterdir()) == []


def test_a_file_above_the_limit_is_given_up(host: Files, transfer: Transfer, target: Path):
    with pytest.raises(TooLargeError):
        transfer.download(f"{host.base}/file", target, limit_bytes=100_000)
    assert list(target.parent.iterdir()) == []


def test_a_full_disk_says_how_much_came_and_a_later_call_goes_on(
    host: Files, transfer: Transfer, target: Path, monkeypatch: pytest.MonkeyPatch
):
    room = 200_000
    opened = Path.open

    class Full:
        """A file on a disk with little room."""

        def __init__(self, file: Any) -> None:
            self.file = file

        def __enter__(self) -> Full:
            return self

        def __exit__(self, *error: object) -> None:
            self.file.close()

        def __getattr__(self, name: str) -> Any:
            return getattr(self.file, name)

        def write(self, block: bytes) -> int:
            if self.file.tell() + len(block) > room:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return int(self.file.write(block))

    def small(path: Path, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        file = opened(path, mode, *arguments, **options)
        return Full(file) if path.suffix == ".part" and "a" in mode else file

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", small)
        with pytest.raises(CollectError, match="disk is full") as raised:
            transfer.download(f"{host.base}/file", target, expected_bytes=len(CONTENT))
    assert "of 400,000 bytes" in raised.value.cause
    kept = part_of(target).stat().st_size
    assert 0 < kept <= room
    host.requests.clear()
    transfer.download(f"{host.base}/file", target, sha256=SHA256)
    assert target.read_bytes() == CONTENT
    assert ranges(host) == [f"bytes={kept}-"]


KILLED = """
import os, sys
from pathlib import Path
from lesionlab.collect.transfer import Transfer

def die(done, total, **figures):
    if done >= 100_000:
        os._exit(9)

with Transfer(["127.0.0.1"], delay_s=0) as transfer:
    transfer.download(sys.argv[1], Path(sys.argv[2]), progress=die)
"""


def test_a_download_killed_in_the_middle_goes_on(host: Files, transfer: Transfer, target: Path):
    url = f"{host.base}/file"
    killed = subprocess.run([sys.executable, "-c", KILLED, url, str(target)], check=False)
    assert killed.returncode == 9
    assert not target.exists()
    transfer.download(url, target, sha256=SHA256)
    assert target.read_bytes() == CONTENT
