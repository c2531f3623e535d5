from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from lesionlab.core.home import cache_folder, home, models_folder, runs_folder
from lesionlab.curate.usage import find_uses
from lesionlab.records.collected import ManifestRecord

RECORDS = [ManifestRecord("isic", "ISIC_1", sha256="a" * 64), ManifestRecord("wiki", "Mole, left.jpg", sha256="b" * 64)]


@pytest.fixture(autouse=True)
def _no_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lesionlab.curate.usage.released_folder", lambda: tmp_path / "released")


def table(path: Path, head: Sequence[str], *rows: Sequence[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])


def plain(path: Path, **values: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values), encoding="utf-8")


def prepared(name: str, *rows: tuple[str, str]) -> None:
    table(cache_folder() / name / "metadata.csv", ("image_id", "age", "sha256"), *((i, "50", s) for i, s in rows))
    plain(cache_folder() / name / "prepared.json", split_sha256=f"split of {name}")


def export(folder: Path, data: str, weights: str, *seen: str) -> None:
    plain(folder / "card.json", weights_sha256=weights, training={"data": data, "split_sha256": f"split of {data}"})
    if seen:
        table(folder / "groups.csv", ("group", "image_id", "use"), *(("g", image, "train") for image in seen))


def found() -> set[tuple[str, str, int]]:
    return {(use.kind, use.name, use.images) for use in find_uses(RECORDS)}


def test_nothing_was_made_from_them() -> None:
    prepared("plain", ("ISIC_1", "a" * 64), ("ISIC_2", ""))  # a base's own image, though the bytes are the same
    export(models_folder() / "painter", "plain", "w1", "ISIC_1")
    assert find_uses(RECORDS) == []


def test_prepared_data_runs_models_and_samples_are_named() -> None:
    prepared("both", ("ISIC_9", ""), ("isic:ISIC_1", "a" * 64), ("wiki:Mole, left.jpg", "b" * 64))
    prepared("other", ("ISIC_9", ""))
    plain(runs_folder() / "00001-gan-both" / "options.json", data="both", split_sha256="split of both")
    plain(runs_folder() / "00002-gan-other" / "options.json", data="other", split_sha256="split of other")
    export(runs_folder() / "00001-gan-both" / "export", "both", "w1", "isic:ISIC_1", "ISIC_9")
    export(models_folder() / "judge", "other", "w2", "ISIC_9")
    for name, weights in (("00000-mel", "w1"), ("00001-mel", "w2")):
        table(home() / "samples" / name / "manifest.csv", ("file", "model_sha256"), ("mel-0.png", weights))
    assert found() == {
        ("prepared data", "both", 2),
        ("run", "00001-gan-both", 0),
        ("model", "00001-gan-both", 1),
        ("synthetic images", "00000-mel", 0),
    }


def test_the_same_bytes_from_another_source_are_found_in_prepared_data() -> None:
    prepared("both", ("wiki:copy.jpg", "a" * 64))
    assert found() == {("prepared data", "both", 1)}


def test_a_model_whose_data_is_gone_is_found_by_its_own_list() -> None:
    export(models_folder() / "painter", "gone", "w1", "isic:ISIC_1", "wiki:Mole, left.jpg")
    assert found() == {("model", "painter", 2)}


def test_a_model_without_a_list_is_found_by_its_split() -> None:
    prepared("both", ("isic:ISIC_1", ""))
    export(models_folder() / "painter", "both", "w1")
    assert found() == {("prepared data", "both", 1), ("model", "painter", 0)}


def test_a_released_model_is_named_as_such(tmp_path: Path) -> None:
    export(tmp_path / "released" / "generator", "both", "w1", "isic:ISIC_1")
    assert found() == {("model", "released generator", 1)}


def test_damaged_files_are_passed_over() -> None:
    prepared("both", ("isic:ISIC_1", ""))
    export(models_folder() / "painter", "both", "w1", "isic:ISIC_1")
    (models_folder() / "painter" / "card.json").write_text("{", encoding="utf-8")
    (cache_folder() / "bad").mkdir()
    (cache_folder() / "bad" / "prepared.json").write_bytes(b"\xff")
    (runs_folder() / "00009-x").mkdir(parents=True)
    (runs_folder() / "00009-x" / "options.json").write_text("[]", encoding="utf-8")
    assert found() == {("prepared data", "both", 1), ("model", "painter", 1)}
