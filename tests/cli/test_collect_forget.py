from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from lesionlab.cli.main import app
from lesionlab.collect.collection import open_collection
from lesionlab.core.home import cache_folder, collect_folder, models_folder
from lesionlab.records.collected import ManifestRecord

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _collected(home: Path) -> None:
    with open_collection(create=True) as collection:
        for number, source in enumerate(["isic", "isic", "wiki"]):
            buffer = io.BytesIO()
            Image.new("L", (8, 8), number).save(buffer, "PNG")
            collection.keep(ManifestRecord(source, f"I{number}", licence="CC0-1.0"), buffer.getvalue())
    folder = cache_folder() / "both"
    folder.mkdir(parents=True)
    (folder / "prepared.json").write_text(json.dumps({"split_sha256": "s"}), encoding="utf-8")
    with (folder / "metadata.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("image_id", "sha256"), ("ISIC_1", ""), ("isic:I0", "")])
    export = models_folder() / "painter"
    export.mkdir(parents=True)
    (export / "card.json").write_text("{}", encoding="utf-8")
    (export / "groups.csv").write_text("group,image_id,use\ng,isic:I0,train\n", encoding="utf-8")


def states() -> dict[str, str]:
    with open_collection() as collection:
        return {record.image_id: record.state for record in collection.manifest.records()}


def files() -> int:
    return sum(1 for path in (collect_folder() / "images").rglob("*.png"))


def test_it_lists_what_was_made_from_them_and_deletes(run: Run) -> None:
    result = run("collect", "forget", "--source", "isic", "--yes")
    assert result.exit_code == 0, result.output
    assert "To forget: 2 images of isic, 2 of them fetched." in result.output
    lines = result.output.splitlines()
    assert [line.split()[:4] for line in lines if line.startswith(("prepared", "model"))] == [
        ["prepared", "data", "both", "1"],
        ["model", "painter", "1", "its"],
    ]
    assert "Forgot 2 images and deleted 2 files" in result.output
    assert states() == {"I0": "forgotten", "I1": "forgotten", "I2": "fetched"}
    assert files() == 1


def test_it_asks_first_and_no_leaves_all_as_it_was() -> None:
    result = CliRunner().invoke(app, ["collect", "forget", "--id", "I2"], input="n\n")
    assert "Delete them? This cannot be undone." in result.output
    assert "No prepared data, run, model or synthetic set" in result.output
    assert result.exit_code == 130
    assert files() == 3
    assert CliRunner().invoke(app, ["collect", "forget", "--id", "I2"], input="y\n").exit_code == 0
    assert states()["I2"] == "forgotten"


def test_undo_lets_them_be_collected_again(run: Run) -> None:
    run("collect", "forget", "--id", "I2", "--yes")
    result = run("collect", "forget", "--id", "I2", "--undo")
    assert "1 images may be collected again." in result.output
    assert states()["I2"] == "wanted"


def test_nothing_named_and_nothing_found_are_refused(refused: Callable[..., tuple[str, str]]) -> None:
    assert "Nothing was chosen" in refused("collect", "forget", "--yes")[0]
    assert "No collected image" in refused("collect", "forget", "--source", "elsewhere", "--yes")[0]
    refused("collect", "forget", "--licence", "mine", "--yes")
    assert files() == 3
