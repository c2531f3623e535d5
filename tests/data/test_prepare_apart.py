from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lesionlab.core.errors import DataError
from lesionlab.core.progress import Progress
from lesionlab.data.additions import Picture, Tie
from lesionlab.data.folders import read_folders
from lesionlab.data.prepare import Preparation, prepare_source
from lesionlab.data.prepare_apart import held_by, prepare_apart
from lesionlab.data.prepared import PreparedData
from lesionlab.data.procedural import procedural_lesion
from lesionlab.records.split import Split, SplitRow


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Six images of two classes, a folder a class."""
    for number in range(6):
        path = tmp_path / "outside" / ("mel", "nv")[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(procedural_lesion(path.parent.name, 300 + number, 40)).save(path)
    return tmp_path / "outside"


def prepare(outside: Path, data: PreparedData, *sizes: int, near: Sequence[str] = ()) -> Preparation:
    def relate(pictures: Sequence[Picture], base: PreparedData, progress: Progress) -> list[Tie]:
        assert base is data
        assert {picture.square.shape for picture in pictures} == {(64, 64, 3)}
        return [Tie(image_id, base.split.rows[0].image_id, same=False) for image_id in near]

    return prepare_apart(read_folders(outside), data, relate, "apart", sizes or (16,))


def test_what_the_other_set_holds_is_left_out_and_counted(outside: Path, tiny_data: PreparedData) -> None:
    whole = prepare_source(read_folders(outside), "whole", (16,), 0, external=True).data
    data = prepare(outside, tiny_data, near=["1", "4"]).data
    assert [row.image_id for row in data.split.rows] == ["0", "2", "3", "5"]
    assert {row.part for row in data.split.rows} == {"external"}
    np.testing.assert_array_equal(data.pixels(16), whole.pixels(16)[[0, 2, 3, 5]])
    assert [row["image_id"] for row in data.metadata] == ["0", "2", "3", "5"]
    assert data.record.problems["in or near 'tiny', or of one lesion with such"].ids == ("1", "4")
    assert data.record.arguments == (str(outside), "--as", "external", "--apart-from", "tiny")


def test_a_second_time_nothing_is_done_and_sizes_grow(outside: Path, tiny_data: PreparedData) -> None:
    prepare(outside, tiny_data, near=["1"])
    assert prepare(outside, tiny_data, near=["1"]).made_px == ()
    grown = prepare(outside, tiny_data, 16, 24)
    assert grown.made_px == (24,)
    assert len(grown.data.pixels(24)) == 5


def test_a_set_that_is_kept_apart_is_another_one(outside: Path, tiny_data: PreparedData) -> None:
    prepare_source(read_folders(outside), "apart", (16,), 0, external=True)
    with pytest.raises(DataError, match="as an external test set"):
        prepare(outside, tiny_data)


def row(image_id: str, group: str) -> SplitRow:
    return SplitRow(image_id, group, group, "mel", "external")


def test_siblings_and_chains_of_a_held_image_are_held() -> None:
    split = Split((row("a", "L1"), row("b", "L1"), row("c", "L2"), row("d", "L3"), row("ISIC_0000001", "L4")), ("mel",))
    other = Split((row("x", "X"), row("isic:ISIC_0000001", "Y")), ("mel",))
    chained = Tie("b", "c", same=False, among_added=True)
    assert held_by(split, other, []) == {"ISIC_0000001"}
    assert held_by(split, other, [Tie("a", "x", same=True), chained]) == {"a", "b", "c", "ISIC_0000001"}
