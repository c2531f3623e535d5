from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from lesionlab.core.errors import DataError
from lesionlab.data.prepared import PreparedData, open_prepared


@pytest.fixture
def copy(tiny_data: PreparedData, home: Path) -> Path:
    """A prepared folder of the test's own, to be damaged."""
    return shutil.copytree(tiny_data.folder, home / "cache" / "tiny")


def test_it_opens_by_name_and_by_folder(copy: Path) -> None:
    assert open_prepared("tiny").split == open_prepared(str(copy)).split


def test_an_unknown_name_tells_which_there_are(copy: Path) -> None:
    with pytest.raises(DataError, match=r"'tinny' \(there are: tiny\)") as caught:
        open_prepared("tinny")
    assert "lesionlab data prepare" in caught.value.cure


def test_nothing_prepared_is_said() -> None:
    with pytest.raises(DataError, match="none yet"):
        open_prepared("ham10000")


def test_the_parts_share_no_group_and_cover_what_is_not_test(tiny_data: PreparedData) -> None:
    train, validation = tiny_data.part("train"), tiny_data.part("validation")
    assert not set(train.groups) & set(validation.groups)
    shut = [row for row in tiny_data.split.rows if row.part == "test"]
    assert len(train.image_ids) + len(validation.image_ids) + len(shut) == len(tiny_data.split.rows)
    assert not {row.image_id for row in shut} & {*train.image_ids, *validation.image_ids}


def test_rows_of_a_part_belong_together(tiny_data: PreparedData) -> None:
    part = tiny_data.part("validation")
    by_id = {row.image_id: (index, row) for index, row in enumerate(tiny_data.split.rows)}
    for image_id, group, lesion, label, index in zip(
        part.image_ids, part.groups, part.lesions, part.labels, part.indices, strict=True
    ):
        there, row = by_id[image_id]
        assert (there, row.group, row.lesion_id, row.diagnosis) == (index, group, lesion, part.classes[label])
    np.testing.assert_array_equal(part.images(16), tiny_data.pixels(16)[part.indices])
    assert (part.labels.dtype, part.indices.dtype) == (np.int64, np.int64)


def test_images_of_a_part_are_a_copy(tiny_data: PreparedData) -> None:
    images = tiny_data.part("train").images(16)
    images[:] = 0
    assert tiny_data.part("train").images(16).any()


def test_pixels_are_mapped_read_only(tiny_data: PreparedData) -> None:
    pixels = tiny_data.pixels(16)
    assert isinstance(pixels, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        pixels[0] = 0


def test_the_test_part_does_not_open_here(tiny_data: PreparedData) -> None:
    with pytest.raises(DataError, match="open_test_part"):
        tiny_data.part("test")


def test_an_unknown_part_is_refused(tiny_data: PreparedData) -> None:
    with pytest.raises(DataError, match="no part 'training'"):
        tiny_data.part("training")


def test_a_size_not_there_names_those_there_and_the_command(tiny_data: PreparedData) -> None:
    with pytest.raises(DataError, match="at 16 px, 32 px, not at 64 px") as caught:
        tiny_data.pixels(64)
    assert "lesionlab data prepare --procedural 84 --name tiny --size 64" in caught.value.cure


@pytest.mark.parametrize(("side_px", "size_px"), [(8, 16), (16, 16), (17, 32), (32, 32), (64, 32)])
def test_the_size_for_a_comparison_is_reduced_and_never_enlarged_where_it_can_be(
    tiny_data: PreparedData, side_px: int, size_px: int
) -> None:
    assert tiny_data.size_for(side_px) == size_px


def test_a_split_changed_by_hand_is_refused(copy: Path) -> None:
    path = copy / "split.csv"
    path.write_bytes(path.read_bytes().replace(b",nv,train", b",mel,train", 1))
    with pytest.raises(DataError, match="SHA-256"):
        open_prepared("tiny")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 1}'])
def test_a_damaged_record_is_refused(copy: Path, content: str) -> None:
    (copy / "prepared.json").write_text(content, encoding="utf-8")
    with pytest.raises(DataError):
        open_prepared("tiny")


def test_a_record_of_another_version_is_refused(copy: Path) -> None:
    path = copy / "prepared.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"version": 99}), encoding="utf-8")
    with pytest.raises(DataError, match="version 99"):
        open_prepared("tiny")


def test_a_pixel_file_cut_in_half_is_refused(copy: Path) -> None:
    path = copy / "pixels-016.npy"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DataError, match=r"pixels-016\.npy is missing or damaged"):
        open_prepared("tiny").pixels(16)


def test_a_pixel_file_of_another_length_is_refused(copy: Path) -> None:
    np.save(copy / "pixels-016.npy", np.zeros((3, 16, 16, 3), np.uint8))
    with pytest.raises(DataError, match=r"holds \(3, 16, 16, 3\)"):
        open_prepared("tiny").pixels(16)


def test_some_groups_of_a_part_come_whole(tiny_data: PreparedData) -> None:
    part = tiny_data.part("train")
    chosen = sorted(set(part.groups))[::3]
    few = part.of_groups(chosen)
    assert few.image_ids == tuple(
        i for i, group in zip(part.image_ids, part.groups, strict=True) if group in set(chosen)
    )
    assert set(few.groups) == set(chosen)
    np.testing.assert_array_equal(few.images(16), tiny_data.pixels(16)[few.indices])
    assert [few.classes[label] for label in few.labels] == [
        tiny_data.split.rows[index].diagnosis for index in few.indices
    ]


def test_groups_of_another_part_are_not_among_them(tiny_data: PreparedData) -> None:
    other = tiny_data.part("validation").groups[0]
    with pytest.raises(DataError, match=f"1 of 1 groups have no image here, such as {other}"):
        tiny_data.part("train").of_groups([other])
