from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from lesionlab.core.errors import DataError, LeakError
from lesionlab.data.prepared import PreparedData, open_prepared
from lesionlab.records.split import Split, write_split


def under(data: PreparedData, split: Split, tmp_path: Path) -> PreparedData:
    write_split(tmp_path / "other.csv", split)
    return open_prepared(str(data.folder), tmp_path / "other.csv")


@pytest.fixture
def turned(tiny_data: PreparedData) -> Split:
    """The split of the drawn lesions with training and validation exchanged, rows in another order, some left out."""
    swap = {"train": "validation", "validation": "train", "test": "test"}
    rows = [dataclasses.replace(row, part=swap[row.part]) for row in tiny_data.split.rows]
    withheld = next(row.group for row in rows if row.part == "validation")
    return Split(tuple(row for row in rows[::-1] if row.group != withheld), tiny_data.split.classes)


def test_each_image_keeps_its_pixels_and_its_metadata(tiny_data: PreparedData, turned: Split, tmp_path: Path) -> None:
    data = under(tiny_data, turned, tmp_path)
    part = data.part("train")
    assert set(part.image_ids) == set(tiny_data.part("validation").image_ids)
    place = {row.image_id: index for index, row in enumerate(tiny_data.split.rows)}
    rows = [place[image_id] for image_id in part.image_ids]
    np.testing.assert_array_equal(part.images(16), tiny_data.pixels(16)[rows])
    np.testing.assert_array_equal(data.pixels(16)[part.indices], part.images(16))
    assert [row["image_id"] for row in data.metadata] == [row.image_id for row in turned.rows]


def test_its_hash_is_the_one_that_runs_will_pin(tiny_data: PreparedData, turned: Split, tmp_path: Path) -> None:
    data = under(tiny_data, turned, tmp_path)
    assert data.split.sha256 == turned.sha256 != tiny_data.split.sha256


def test_what_it_leaves_out_is_in_no_part(tiny_data: PreparedData, turned: Split, tmp_path: Path) -> None:
    data = under(tiny_data, turned, tmp_path)
    there = {row.group for row in data.split.rows}
    (withheld,) = {row.group for row in tiny_data.split.rows} - there
    assert withheld in tiny_data.part("train").groups
    assert withheld not in (*data.part("train").groups, *data.part("validation").groups)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"group": "of-its-own", "lesion_id": "of-its-own"}, LeakError, "puts 1 images into other lesion groups"),
        ({"image_id": "elsewhere"}, DataError, "not in the data, such as elsewhere"),
    ],
)
def test_a_split_of_other_images_or_groups_is_refused(
    tiny_data: PreparedData, tmp_path: Path, change: dict[str, str], error: type[Exception], words: str
) -> None:
    first, *others = tiny_data.split.rows
    with pytest.raises(error, match=words):
        under(tiny_data, Split((dataclasses.replace(first, **change), *others), tiny_data.split.classes), tmp_path)


def test_another_diagnosis_and_another_class_list_are_refused(tiny_data: PreparedData, tmp_path: Path) -> None:
    rows, classes = tiny_data.split.rows, tiny_data.split.classes
    other = next(code for code in classes if code != rows[0].diagnosis)
    with pytest.raises(DataError, match="another diagnosis"):
        under(tiny_data, Split((dataclasses.replace(rows[0], diagnosis=other), *rows[1:]), classes), tmp_path)
    with pytest.raises(DataError, match="has the classes"):
        under(tiny_data, Split(rows, classes[::-1]), tmp_path)


def test_by_image_siblings_never_come_apart_even_when_each_image_is_called_a_group(
    tiny_data: PreparedData, tmp_path: Path
) -> None:
    parts = ("train", "train", "test")
    rows = tuple(
        dataclasses.replace(row, lesion_id=row.image_id, group=row.image_id, part=parts[number % 3])
        for number, row in enumerate(tiny_data.split.rows)
    )
    with pytest.raises(LeakError, match="its siblings may then lie in another part") as caught:
        under(tiny_data, Split(rows, tiny_data.split.classes), tmp_path)
    assert "lesionlab data split" in caught.value.cure
