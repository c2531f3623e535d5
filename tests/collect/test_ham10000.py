from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from dataverse_host import DataverseHost, dataverse_files
from kaggle_host import STORAGE, TOY, TOY_CONTENT, VIEW, KaggleHost, kaggle_zip
from loopback import cut, serving

from lesionlab.collect.ham10000 import fetch_from_host, lay_out_folder
from lesionlab.collect.transfer import Transfer
from lesionlab.core.errors import CollectError

Open = Callable[[Sequence[str]], Transfer]


def layout(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "download.json"]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def zipped(folder: Path, archive: Path) -> Path:
    with zipfile.ZipFile(archive, "w") as opened:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            opened.write(path, path.relative_to(folder).as_posix())
    return archive


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


# A folder that is there already


def test_an_unpacked_folder_is_used_where_it_lies(small_ham10000: Path, tmp_path: Path) -> None:
    assert lay_out_folder(small_ham10000, tmp_path) == small_ham10000
    assert not list(tmp_path.iterdir())


def test_an_unpacked_folder_with_its_archive_beside_is_used_where_it_lies(small_ham10000: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(small_ham10000, tmp_path / "mine")
    (tmp_path / "archive.zip").write_bytes(kaggle_zip(small_ham10000))
    shutil.move(tmp_path / "archive.zip", folder / "archive.zip")
    assert lay_out_folder(folder, tmp_path / "parent") == folder


@pytest.mark.parametrize("form", ["kaggle", "dataverse", "bundle", "mixed", "one-file"])
def test_archives_are_unpacked_in_whatever_form_they_come(form: str, small_ham10000: Path, tmp_path: Path) -> None:
    mine = tmp_path / "my downloads"
    mine.mkdir()
    files = dataverse_files(small_ham10000)
    if form in ("kaggle", "one-file"):
        (mine / "archive.zip").write_bytes(kaggle_zip(small_ham10000))
    else:
        for name, content in files.items():
            (mine / name).write_bytes(content)
    if form == "bundle":
        archive = zipped(mine, tmp_path / "dataverse_files.zip")
        shutil.rmtree(mine)
        mine.mkdir()
        shutil.move(archive, mine / archive.name)
    if form == "mixed":
        (mine / "HAM10000_images_part_2.zip").unlink()
        shutil.copytree(small_ham10000 / "HAM10000_images_part_2", mine / "HAM10000_images_part_2")
    before = layout(mine)
    folder = lay_out_folder(mine / "archive.zip" if form == "one-file" else mine, tmp_path / "parent")
    assert folder.parent == tmp_path / "parent"
    assert layout(folder) == layout(small_ham10000)
    assert layout(mine) == before
    assert lay_out_folder(mine / "archive.zip" if form == "one-file" else mine, tmp_path / "parent") == folder


def test_reduced_tables_alone_are_for_toys(tmp_path: Path) -> None:
    packed, loose = tmp_path / "packed", tmp_path / "loose"
    packed.mkdir()
    loose.mkdir()
    (loose / TOY).write_bytes(TOY_CONTENT)
    (loose / "renamed.csv").write_bytes(TOY_CONTENT)
    with zipfile.ZipFile(packed / "archive.zip", "w") as archive:
        archive.writestr(TOY, TOY_CONTENT)
        archive.writestr("HAM10000_metadata.csv", b"lesion_id,image_id,dx\n")
    for place in (packed, loose, loose / TOY, loose / "renamed.csv"):
        with pytest.raises(CollectError, match="without lesion ids: toy use only") as caught:
            lay_out_folder(place, tmp_path / "parent")
        assert "siblings would land on both sides" in caught.value.cure


def test_a_download_without_its_images_or_table_is_told(small_ham10000: Path, tmp_path: Path) -> None:
    files = dataverse_files(small_ham10000)
    (tmp_path / "HAM10000_images_part_1.zip").write_bytes(files["HAM10000_images_part_1.zip"])
    with pytest.raises(CollectError, match=r"holds no HAM10000_metadata\.csv"):
        lay_out_folder(tmp_path, tmp_path / "parent")


def test_a_place_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CollectError, match=r"There is no folder .*, and no host of that name") as caught:
        lay_out_folder(tmp_path / "kagle", tmp_path)
    assert "kaggle, dataverse, isic" in caught.value.cure


def test_a_file_that_is_no_archive_is_told(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"x")
    with pytest.raises(CollectError, match="is no archive of HAM10000"):
        lay_out_folder(tmp_path / "photo.jpg", tmp_path)
