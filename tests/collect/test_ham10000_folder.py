from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest
from dataverse_host import dataverse_files
from kaggle_host import TOY, TOY_CONTENT, kaggle_zip

from lesionlab.collect.ham10000_folder import lay_out_folder
from lesionlab.core.errors import CollectError


def layout(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def zipped(folder: Path, archive: Path) -> Path:
    with zipfile.ZipFile(archive, "w") as opened:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            opened.write(path, path.relative_to(folder).as_posix())
    return archive


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
