from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lesionlab.core.errors import DataError
from lesionlab.data.prepare import prepare_ham10000
from lesionlab.data.prepared import PreparedData, open_folder
from lesionlab.data.source_holdout import hold_out_each_source

HOSPITALS = ("north", "south")


@pytest.fixture
def with_sources(tiny_data: PreparedData, tmp_path: Path) -> Callable[[Callable[[int, str], str]], PreparedData]:
    """The drawn lesions with a column `dataset`: pass a function from row number and image id to the source."""

    def make(name: Callable[[int, str], str]) -> PreparedData:
        folder = shutil.copytree(tiny_data.folder, tmp_path / "sources")
        with (folder / "metadata.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for number, row in enumerate(rows):
            row["dataset"] = name(number, row["image_id"])
        with (folder / "metadata.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return open_folder(folder)

    return make


def by_lesion(data: PreparedData) -> Callable[[int, str], str]:
    lesion = {row.image_id: row.lesion_id for row in data.split.rows}
    order = {name: number for number, name in enumerate(sorted(set(lesion.values())))}
    return lambda _, image_id: HOSPITALS[order[lesion[image_id]] // 7 % 2]


def test_each_source_is_tested_whole_and_none_of_it_is_seen_before(tiny_data: PreparedData, with_sources) -> None:
    data = with_sources(by_lesion(tiny_data))
    source = {row["image_id"]: row["dataset"] for row in data.metadata}
    held = hold_out_each_source(data, seed=0)
    assert [each.source for each in held] == list(HOSPITALS)
    for each in held:
        assert each.split is not None
        assert (each.spanning_groups, each.images_of_others) == (0, 0)
        for row in each.split.rows:
            assert (row.part == "test") == (source[row.image_id] == each.source)
        assert {row.part for row in each.split.rows} == {"train", "validation", "test"}
        assert data.under(each.split, "here").split.sha256 == each.split.sha256


def test_a_group_that_spans_sources_is_kept_whole_and_said(tiny_data: PreparedData, with_sources) -> None:
    usual = by_lesion(tiny_data)
    groups = [row.group for row in tiny_data.split.rows]
    spanning = next(group for group in groups if groups.count(group) == 2)
    one, other = (row.image_id for row in tiny_data.split.rows if row.group == spanning)
    data = with_sources(lambda n, i: {one: "north", other: "south"}.get(i, usual(n, i)))
    for each in hold_out_each_source(data, seed=0):
        assert each.split is not None
        assert (each.spanning_groups, each.images_of_others) == (1, 1)
        assert {row.part for row in each.split.rows if row.group == spanning} == {"test"}


def test_a_source_without_which_a_class_is_missing_is_not_held_out(tiny_data: PreparedData, with_sources) -> None:
    code = {row.image_id: row.diagnosis for row in tiny_data.split.rows}
    usual = by_lesion(tiny_data)
    data = with_sources(lambda n, i: "north" if code[i] == "vasc" else usual(n, i))
    north, south = hold_out_each_source(data, seed=0)
    assert north.split is None
    assert "Too few lesions are left of vasc" in north.reason
    assert south.split is not None


def test_no_source_can_be_held_out(tiny_data: PreparedData, with_sources) -> None:
    code = {row.image_id: row.diagnosis for row in tiny_data.split.rows}
    data = with_sources(lambda n, i: "north" if code[i] in ("mel", "nv") else "south")
    with pytest.raises(DataError, match="north: Too few lesions are left of mel"):
        hold_out_each_source(data, seed=0)


def test_one_source_is_not_enough(tiny_data: PreparedData) -> None:
    with pytest.raises(DataError, match=r"name one source only \(procedural\)") as caught:
        hold_out_each_source(tiny_data, seed=0)
    assert "--add" in caught.value.cure


def test_the_kaggle_edition_names_no_source_and_which_does_is_said(source: Path) -> None:
    data = prepare_ham10000(source, sizes_px=(16,))
    with pytest.raises(DataError, match="name one source only") as caught:
        hold_out_each_source(data, seed=0)
    assert "lack the column 'dataset', as the Kaggle edition does" in caught.value.cure
    assert "Harvard Dataverse" in caught.value.cure
