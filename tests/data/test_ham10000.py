from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lesionlab.core.errors import DataError
from lesionlab.data.ham10000 import read_ham10000

Rows = list[dict[str, str]]
Edit = Callable[[Callable[[Rows], Rows]], None]


def test_a_whole_folder_is_read_in_the_order_of_ids(source: Path) -> None:
    found = read_ham10000(source)
    ids = [row.image_id for row in found.rows]
    assert len(ids) == 35
    assert ids == sorted(ids) == list(found.files)
    assert found.problems == {}
    assert found.unlisted == 0
    assert found.rows[0].details == {"dx_type": "histo", "age": "50.0", "sex": "unknown", "localization": "back"}


def test_blank_ages_stay_blank(source: Path) -> None:
    assert {row.details["age"] for row in read_ham10000(source).rows if row.lesion_id == "HAM_0003"} == {""}


def test_the_dataset_column_is_kept_where_it_is_there(source: Path, edit_metadata: Edit) -> None:
    edit_metadata(lambda rows: [row | {"dataset": "rosendahl"} for row in rows])
    assert read_ham10000(source).rows[0].details["dataset"] == "rosendahl"


def test_lower_case_folders_and_a_byte_order_mark_are_read(source: Path) -> None:
    for part in (1, 2):
        (source / f"HAM10000_images_part_{part}").rename(source / f"ham10000_images_part_{part}")
    metadata = source / "HAM10000_metadata.csv"
    metadata.write_bytes(b"\xef\xbb\xbf" + metadata.read_bytes().replace(b"\n", b"\r\n"))
    assert len(read_ham10000(source).files) == 35


def test_the_second_copy_in_kaggles_archive_is_no_problem(source: Path) -> None:
    shutil.copytree(source / "HAM10000_images_part_1", source / "ham10000_images_part_1_copy")
    found = read_ham10000(source)
    assert found.problems == {}
    assert {path.parent.name for path in found.files.values()} == {"HAM10000_images_part_1", "HAM10000_images_part_2"}


def test_two_different_files_of_one_image_are_a_problem(source: Path) -> None:
    original = next((source / "HAM10000_images_part_1").iterdir())
    (source / "HAM10000_images_part_2" / original.name).write_bytes(original.read_bytes() + b"more")
    found = read_ham10000(source)
    assert found.problems["images with two different files"].ids == (original.stem,)
    assert original.stem not in found.files


def test_missing_images_are_counted_and_named_and_keep_their_row(source: Path) -> None:
    gone = sorted(source.glob("*/*.jpg"))[3]
    gone.unlink()
    found = read_ham10000(source)
    assert found.problems["missing images"].ids == (gone.stem,)
    assert gone.stem in {row.image_id for row in found.rows}
    assert gone.stem not in found.files


def test_images_without_a_row_are_counted(source: Path, edit_metadata: Edit) -> None:
    edit_metadata(lambda rows: rows[2:])
    found = read_ham10000(source)
    assert (found.unlisted, len(found.rows), found.problems) == (2, 33, {})


def test_unknown_diagnoses_are_named(source: Path, edit_metadata: Edit) -> None:
    edit_metadata(lambda rows: [rows[0] | {"dx": "scc"}, rows[1] | {"dx": ""}, *rows[2:]])
    problem = read_ham10000(source).problems["images with an unknown diagnosis"]
    assert problem.count == 2
    assert "(scc)" in problem.ids[0]
    assert "(blank)" in problem.ids[1]


def test_ids_twice_are_named_once_and_not_used(source: Path, edit_metadata: Edit) -> None:
    edit_metadata(lambda rows: [*rows, rows[0], rows[0]])
    found = read_ham10000(source)
    assert found.problems["images listed more than once"].count == 1
    assert len(found.rows) == 34


def test_rows_without_ids_are_named(source: Path, edit_metadata: Edit) -> None:
    edit_metadata(lambda rows: [rows[0] | {"lesion_id": ""}, rows[1] | {"image_id": " "}, *rows[2:]])
    assert read_ham10000(source).problems["rows without an image or lesion id"].ids[1] == "line 3"


def test_all_problems_come_together(source: Path, edit_metadata: Edit) -> None:
    edit_metadata(lambda rows: [rows[0] | {"dx": "scc"}, *rows[1:], rows[5]])
    sorted(source.glob("*/*.jpg"))[20].unlink()
    assert set(read_ham10000(source).problems) == {
        "images with an unknown diagnosis",
        "images listed more than once",
        "missing images",
    }


def test_the_fingerprint_follows_metadata_and_files(source: Path, edit_metadata: Edit) -> None:
    before = read_ham10000(source).fingerprint
    assert read_ham10000(source).fingerprint == before
    image = next(source.glob("*/*.jpg"))
    image.write_bytes(image.read_bytes() + b"\0")
    touched = read_ham10000(source).fingerprint
    edit_metadata(lambda rows: [rows[0] | {"sex": "male"}, *rows[1:]])
    assert len({before, touched, read_ham10000(source).fingerprint}) == 3


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no folder") as caught:
        read_ham10000(tmp_path / "nowhere")
    assert "doi:10.7910/DVN/DBW86T" in caught.value.cure


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is empty"):
        read_ham10000(tmp_path)


def test_a_file_instead_of_a_folder(source: Path) -> None:
    with pytest.raises(DataError, match="is a file, not a folder"):
        read_ham10000(source / "HAM10000_metadata.csv")


def test_no_metadata(source: Path) -> None:
    (source / "HAM10000_metadata.csv").unlink()
    with pytest.raises(DataError, match=r"holds no HAM10000_metadata\.csv"):
        read_ham10000(source)


def test_no_images(source: Path) -> None:
    for part in (1, 2):
        shutil.rmtree(source / f"HAM10000_images_part_{part}")
    with pytest.raises(DataError, match="holds no images"):
        read_ham10000(source)


@pytest.mark.parametrize("column", ["image_id", "lesion_id", "dx"])
def test_a_missing_column_is_named_with_those_there(source: Path, edit_metadata: Edit, column: str) -> None:
    edit_metadata(lambda rows: [{key: value for key, value in row.items() if key != column} for row in rows])
    with pytest.raises(DataError, match=f"lacks the column {column}; it has: .*dx_type"):
        read_ham10000(source)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00binary", b"lesion_id,image_id,dx\n"])
def test_a_metadata_file_that_is_no_table(source: Path, content: bytes) -> None:
    (source / "HAM10000_metadata.csv").write_bytes(content)
    with pytest.raises(DataError, match=r"lacks the column|no CSV|no rows"):
        read_ham10000(source)
