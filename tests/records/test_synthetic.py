from __future__ import annotations

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
