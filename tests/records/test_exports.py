from __future__ import annotations

import shutil
from pathlib import Path

from lesionlab.core.home import models_folder, runs_folder
from lesionlab.records.card import read_card
from lesionlab.records.exports import find_export, usual_places


def test_exports_are_found_where_they_lie(tiny_generator: Path, tmp_path: Path) -> None:
    places = {
        "released": tmp_path / "released" / "generator",
        "an-extractor": tmp_path / "released" / "extractors" / "an-extractor",
        "mine": models_folder() / "mine",
        "00003-gan": runs_folder() / "00003-gan" / "export",
    }
    for place in places.values():
        shutil.copytree(tiny_generator, place)
    (models_folder() / "empty").mkdir()
    assert list(usual_places(tmp_path / "released")) == list(places.items())


def test_an_export_is_found_by_its_weights_past_damaged_ones(
    tiny_generator: Path, tiny_classifier: Path, tmp_path: Path
) -> None:
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / "card.json").write_text("{")
    places = [tmp_path / "none", damaged, tiny_classifier, tiny_generator]
    assert find_export(read_card(tiny_generator).weights_sha256, places) == tiny_generator
    assert find_export("ab" * 32, places) is None
