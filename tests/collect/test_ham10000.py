from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from dataverse_host import DataverseHost, dataverse_files
from kaggle_host import STORAGE, VIEW, KaggleHost, kaggle_zip
from loopback import cut, serving

from lesionlab.collect.ham10000 import fetch_from_host
from lesionlab.collect.transfer import Transfer
from lesionlab.core.errors import CollectError

Open = Callable[[Sequence[str]], Transfer]


def layout(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "download.json"]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_both_hosts_end_in_the_layout_of_the_images_once(small_ham10000: Path, at_once: Open, tmp_path: Path) -> None:
    truth = layout(small_ham10000)
    with serving(KaggleHost(kaggle_zip(small_ham10000))) as kaggle:
        folder = fetch_from_host("kaggle", tmp_path / "kaggle", address=kaggle.base, open_transfer=at_once)
    assert layout(folder) == truth
    with serving(DataverseHost(dataverse_files(small_ham10000))) as dataverse:
        folder = fetch_from_host("dataverse", tmp_path / "dataverse", address=dataverse.base, open_transfer=at_once)
    assert layout(folder) == truth
    record = json.loads((folder / "download.json").read_text(encoding="utf-8"))
    assert (record["host"], record["images"]) == ("dataverse", 35)
    assert set(record["files"]) == set(dataverse_files(small_ham10000))


def test_a_download_that_came_to_its_end_is_not_asked_for_again_until_something_is_gone(
    small_ham10000: Path, at_once: Open, tmp_path: Path
) -> None:
    with serving(KaggleHost(kaggle_zip(small_ham10000))) as host:

        def fetch() -> Path:
            return fetch_from_host("kaggle", tmp_path / "kaggle", address=host.base, open_transfer=at_once)

        folder = fetch()
        asked = len(host.requests)
        fetch()
        assert len(host.requests) == asked
        next(folder.glob("*/*.jpg")).unlink()
        fetch()
        assert len(host.requests) > asked
    assert layout(folder) == layout(small_ham10000)


KILLED = """
import os, signal, sys
from pathlib import Path
from lesionlab.collect import unpack
from lesionlab.collect.ham10000 import fetch_from_host
if sys.argv[3] == "unpack":
    real, calls = unpack._copy, []
    def killed(packed, written, size):
        calls.append(size)
        if len(calls) == 20:
            written.write(packed.read(100)); written.flush()
            os.kill(os.getpid(), signal.SIGKILL)
        real(packed, written, size)
    unpack._copy = killed
class Stages:
    def __call__(self, description, unit): return self
    def __enter__(self): return self.report
    def __exit__(self, *rest): return None
    def report(self, done, total, **figures):
        if sys.argv[3] == "download" and done * 1e6 > 30000:
            os.kill(os.getpid(), signal.SIGKILL)
fetch_from_host("kaggle", Path(sys.argv[1]), Stages(), address=sys.argv[2])
"""


@pytest.mark.parametrize("where", ["download", "unpack"])
def test_a_kill_anywhere_and_the_next_run_goes_on(
    where: str, small_ham10000: Path, at_once: Open, tmp_path: Path
) -> None:
    with serving(KaggleHost(kaggle_zip(small_ham10000))) as host:
        command = [sys.executable, "-c", KILLED, str(tmp_path / "kaggle"), host.base, where]
        if where == "download":
            host.fail(STORAGE, cut(40_000))
        assert subprocess.run(command, check=False, timeout=60).returncode == -9
        assert not (tmp_path / "kaggle" / "download.json").exists()
        before = len(host.asked(STORAGE))
        folder = fetch_from_host("kaggle", tmp_path / "kaggle", address=host.base, open_transfer=at_once)
        again = host.asked(STORAGE)[before:]
        assert [request.headers["range"].startswith("bytes=") for request in again] == [True] * (where == "download")
    assert layout(folder) == layout(small_ham10000)


def test_only_named_hosts_are_asked(small_ham10000: Path, at_once: Open, tmp_path: Path) -> None:
    with serving(KaggleHost(kaggle_zip(small_ham10000))) as host:
        host.fail(VIEW.replace("view", "download"), lambda right: right.json({}, 302, Location=f"{host.elsewhere}/x"))
        with pytest.raises(CollectError, match="outside the hosts allowed"):
            fetch_from_host("kaggle", tmp_path / "kaggle", address=host.base, open_transfer=at_once)


def test_a_damaged_archive_is_told_and_nothing_counts_as_whole(
    small_ham10000: Path, at_once: Open, tmp_path: Path
) -> None:
    content = bytearray(kaggle_zip(small_ham10000))
    content[len(content) // 3] ^= 0x55
    with (
        serving(KaggleHost(bytes(content))) as host,
        pytest.raises(CollectError, match=r"cannot be unpacked.*is damaged"),
    ):
        fetch_from_host("kaggle", tmp_path / "kaggle", address=host.base, open_transfer=at_once)
    assert not (tmp_path / "kaggle" / "download.json").exists()
