from __future__ import annotations

from pathlib import Path

import pytest

from lesionlab.core.toy_table import find_toy_table, is_toy_name


@pytest.mark.parametrize(
    "name",
    [
        "hmnist_28_28_RGB.csv",
        "hmnist_28_28_L.csv",
        "hmnist_8_8_RGB.csv",
        "HMNIST_8_8_L.CSV",
        "hmnist_28_28_RGB (1).csv",
    ],
)
def test_the_reduced_tables_go_by_their_names(name: str) -> None:
    assert is_toy_name(name)


@pytest.mark.parametrize(
    "name", ["HAM10000_metadata.csv", "hmnist.csv", "hmnist_28_28_RGB.txt", "my_hmnist_28_28_L.csv"]
)
def test_other_tables_do_not(name: str) -> None:
    assert not is_toy_name(name)


def test_a_renamed_one_is_known_by_its_head_and_a_folder_by_what_it_holds(tmp_path: Path) -> None:
    renamed, other = tmp_path / "train.csv", tmp_path / "other.csv"
    renamed.write_bytes(b"pixel0000,pixel0001,pixel0002,label\n1,2,3,0\n")
    other.write_bytes(b"image_id,dx\n")
    assert find_toy_table(renamed) == renamed
    assert find_toy_table(other) is None
    assert find_toy_table(tmp_path) is None
    (tmp_path / "hmnist_28_28_L.csv").write_bytes(b"x")
    assert find_toy_table(tmp_path) == tmp_path / "hmnist_28_28_L.csv"
    assert find_toy_table(tmp_path / "nothing") is None
