from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import Result

from lesionlab.collect.collection import open_collection
from lesionlab.records.collected import ManifestRecord

Run = Callable[..., Result]


@pytest.fixture
def collected(home: Path) -> None:
    with open_collection(create=True) as collection:
        for number, (code, licence) in enumerate([("mel", "CC0-1.0"), ("nv", "CC-BY-4.0"), ("", "CC-BY-NC-4.0")]):
            buffer = io.BytesIO()
            Image.new("L", (8, 8), number).save(buffer, "PNG")
            record = ManifestRecord("isic", f"I{number}", licence=licence, attribution="A", diagnosis=code)
            collection.keep(record, buffer.getvalue())


def ids(folder: Path) -> list[str]:
    with (folder / "metadata.csv").open(encoding="utf-8", newline="") as file:
        return [row["image_id"] for row in csv.DictReader(file)]


@pytest.mark.usefixtures("collected")
def test_it_writes_tells_the_licence_and_what_next(run: Run, tmp_path: Path) -> None:
    result = run("collect", "export", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "Wrote 3 images" in result.output
    assert "What is derived from all of them: CC BY-NC 4.0" in result.output
    assert f'load_dataset("imagefolder", data_dir="{tmp_path / "out"}")' in result.output


@pytest.mark.usefixtures("collected")
def test_filters_in_a_users_words(run: Run, tmp_path: Path) -> None:
    arguments = ("--licence", "cc-by", "--licence", "CC 0", "--diagnosis", "nv", "--source", "isic")
    assert run("collect", "export", tmp_path / "out", *arguments).exit_code == 0
    assert ids(tmp_path / "out") == ["I1"]


@pytest.mark.usefixtures("collected")
@pytest.mark.parametrize("options", [("--diagnosis", "nvv"), ("--licence", "mine"), ("--source", "elsewhere")])
def test_what_is_not_there_is_refused(
    options: tuple[str, ...], refused: Callable[..., tuple[str, str]], tmp_path: Path
) -> None:
    refused("collect", "export", tmp_path / "out", *options)
    assert not (tmp_path / "out").exists()


def test_without_a_collection_it_says_so(refused: Callable[..., tuple[str, str]], tmp_path: Path) -> None:
    cause, _ = refused("collect", "export", tmp_path / "out")
    assert "There is no manifest" in cause
