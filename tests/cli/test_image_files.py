from __future__ import annotations

import os
from pathlib import Path

import pytest

from lesionlab.cli.image_files import find_images
from lesionlab.core.errors import InputError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "b.JPG",
        "a.png",
        "mel/2.webp",
        "mel/1.tif",
        ".hidden/x.png",
        "notes.txt",
        ".thumb.png",
        "nv/deep/3.gif",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def names(paths: list[Path], folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in paths]


def test_images_in_and_below_a_folder_are_found_by_name_and_hidden_ones_are_not(folder: Path):
    assert names(find_images([str(folder)]), folder) == ["a.png", "b.JPG", "mel/1.tif", "mel/2.webp", "nv/deep/3.gif"]


def test_files_come_as_they_are_named_there_or_not_and_once(folder: Path):
    asked = [folder / "mel" / "2.webp", folder / "gone.jpg", folder / "notes.txt", folder / "mel"]
    assert names(find_images([str(path) for path in asked]), folder) == [
        "mel/2.webp",
        "gone.jpg",
        "notes.txt",
        "mel/1.tif",
    ]


def test_a_sheet_is_passed_over_only_beside_the_images_it_shows(folder: Path):
    (folder / "sheet.png").touch()
    (folder / "mel" / "sheet.png").touch()
    (folder / "mel" / "manifest.csv").touch()
    found = names(find_images([str(folder)]), folder)
    assert "sheet.png" in found
    assert "mel/sheet.png" not in found


def test_a_folder_without_images_is_refused_with_the_known_endings(folder: Path):
    (folder / "empty" / "inner").mkdir(parents=True)
    with pytest.raises(InputError, match="holds no image") as caught:
        find_images([str(folder / "empty")])
    assert ".webp" in caught.value.cure


@pytest.mark.skipif(not hasattr(os, "symlink") or os.name == "nt", reason="links to folders need rights on Windows")
def test_a_link_back_to_a_folder_above_ends(folder: Path):
    (folder / "mel" / "up").symlink_to(folder, target_is_directory=True)
    assert len(find_images([str(folder)])) == 5
