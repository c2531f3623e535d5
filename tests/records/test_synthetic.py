from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lesionlab.core.errors import DataError
from lesionlab.records.seen_groups import seen_groups
from lesionlab.records.synthetic import (
    Choice,
    History,
    Saw,
    SyntheticImage,
    manifest_csv,
    read_history,
    read_manifest,
    write_history,
)

IMAGES = (SyntheticImage("mel-0.png", 0, "mel", "ab" * 32, "cd" * 32), SyntheticImage("nv-1.png", 1, "nv", "a", "b"))
SEEN = seen_groups(train=[("g1", "i1"), ("g2", "i2")])


def test_a_manifest_comes_back(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text(manifest_csv(IMAGES), encoding="utf-8", newline="")
    assert read_manifest(tmp_path) == IMAGES


def test_columns_that_need_not_be_there_stand_where_something_is_in_them(tmp_path: Path) -> None:
    scored = replace(IMAGES[0], agreement=0.125, truncation=1 / 3)
    text = manifest_csv([scored, IMAGES[1]])
    assert text.splitlines()[0] == "file,seed,diagnosis,model_sha256,sha256,truncation,agreement"
    (tmp_path / "manifest.csv").write_text(text, encoding="utf-8", newline="")
    assert read_manifest(tmp_path) == (scored, IMAGES[1])
    assert manifest_csv(IMAGES).splitlines()[0] == "file,seed,diagnosis,model_sha256,sha256"


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("shard", "shards"),
        (",a.tar", ",../a.tar"),
        (",0.5", ",half"),
        (",0.5", ""),
        (",0.5", ",0.5,more"),
        ("mel-0.png,0", "mel-0.png,zero"),
    ],
)
def test_a_manifest_with_anything_else_in_it_is_refused(tmp_path: Path, was: str, becomes: str) -> None:
    text = manifest_csv([replace(IMAGES[0], shard="a.tar", agreement=0.5)])
    assert was in text
    (tmp_path / "manifest.csv").write_text(text.replace(was, becomes), encoding="utf-8", newline="")
    with pytest.raises(DataError, match="no manifest of synthetic images"):
        read_manifest(tmp_path)


def test_a_set_whose_sampling_was_stopped_is_told_from_no_set(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nobody knows what made its images"):
        read_manifest(tmp_path)
    (tmp_path / "sampling.json").write_text("{}")
    with pytest.raises(DataError, match="is not whole: its sampling was stopped") as caught:
        read_manifest(tmp_path)
    assert "it goes on" in caught.value.cure


def test_a_manifest_without_images_is_none(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text(manifest_csv([]), encoding="utf-8")
    with pytest.raises(DataError, match="no manifest of synthetic images"):
        read_manifest(tmp_path)


def test_a_history_comes_back_and_none_means_as_sampled(tmp_path: Path) -> None:
    assert read_history(tmp_path) == History()
    history = History((Saw("filter", "ef" * 32, SEEN),), (Choice("threshold", "validation", "12" * 32, SEEN),))
    write_history(tmp_path, history)
    assert read_history(tmp_path) == history


@pytest.mark.parametrize("content", ["{", "[]", '{"saw": [{"role": "painter", "name": "x", "seen": {"rows": []}}]}'])
def test_a_damaged_history_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "history.json").write_text(content)
    with pytest.raises(DataError):
        read_history(tmp_path)
