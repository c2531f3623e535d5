from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image
from small_ham10000 import write_small_ham10000

from lesionlab.core.home import cache_folder
from lesionlab.curate.data_card import prepared_card
from lesionlab.data.layouts import read_source
from lesionlab.data.prepare import prepare_ham10000, prepare_source
from lesionlab.data.prepared import PreparedData


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_small_ham10000(tmp_path / "private place")


def test_it_tells_counts_parts_split_and_rights_of_the_record(source: Path) -> None:
    data = prepare_ham10000(source, "mine", (16,))
    card = prepared_card(data)
    assert card.startswith("# Data card: mine\n")
    assert "35 images of 28 lesions in 28 groups, read from HAM10000" in card
    for code, counts in zip(data.split.classes, zip(*data.record.counts.values(), strict=False), strict=False):
        assert f"| {code}, " in card, counts
    train, validation, test = (sum(data.record.counts[part].values()) for part in ("train", "validation", "test"))
    assert f"| all | {train} | {validation} | {test} | 35 |" in card
    assert f"`{data.split.sha256}`" in card
    assert "release split" not in card
    assert "| [CC BY-NC 4.0](https://creativecommons.org/licenses/by-nc/4.0/) | 35 |" in card
    assert "P. Tschandl" in card
    assert "light skin" in card
    assert "- Nothing." in card


def test_missing_metadata_is_counted(source: Path) -> None:
    card = prepared_card(prepare_ham10000(source, "mine", (16,)))
    # Lesion 3 has no age; it has two pictures. The sex of all is unknown.
    assert "| `age` | 2 | 5.7% |" in card
    assert "| `sex` | 35 | 100.0% |" in card
    assert "| `dx_type` | 0 | 0.0% |" in card


def test_what_was_left_out_is_told_and_no_path(source: Path) -> None:
    sorted(source.glob("*/*.jpg"))[20].unlink()
    Image.new("RGB", (8, 8)).save(source / "HAM10000_images_part_1" / "ISIC_77777.jpg")
    card = prepared_card(prepare_ham10000(source, "mine", (16,), skip_bad=True))
    assert "- 1 missing images" in card
    assert "- 1 image files that no table names" in card
    assert str(source) not in card
    assert "private place" not in card


def test_drawn_lesions_make_no_claim_about_skin(tiny_data: PreparedData, home: Path) -> None:
    shutil.copytree(tiny_data.folder, cache_folder() / "tiny")
    card = prepared_card(tiny_data)
    assert "nobody's skin" in card
    assert "light skin" not in card


def test_an_external_set_says_so(source: Path) -> None:
    read = read_source(source, "ham10000")
    data = prepare_source(read, "test-only", (16,), 0, lambda done, total, **figures: None, external=True)
    card = prepared_card(data.data)
    assert "external test set: every image is for testing alone" in card
    assert "| all | 35 | 35 |" in card
