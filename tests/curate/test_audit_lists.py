from __future__ import annotations

from pathlib import Path

import pytest

from lesionlab.core.errors import InputError
from lesionlab.curate.audit_lists import read_lists, read_pasted, read_pasted_table, read_table

KNOWN = {f"ISIC_{number:07d}" for number in range(24306, 24316)} | {"DRAWN_0000001_0"}
A, B, C, D = "ISIC_0024306", "ISIC_0024307", "ISIC_0024308", "ISIC_0024309"


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def one_list(tmp_path: Path, text: str) -> tuple[str, ...]:
    return read_lists({"test": write(tmp_path / "list.txt", text)}, KNOWN).parts["test"]


@pytest.mark.parametrize(
    "line",
    [
        "ISIC_0024306",
        "ISIC_0024306.jpg",
        "isic_0024306.JPEG",
        "./HAM10000_images_part_1/ISIC_0024306.jpg",
        r"C:\data\mel\ISIC_0024306.jpg",
        "ISIC_0024306,HAM_0000550,nv",
        "0,ISIC_0024306.jpg,5",
        "images/ISIC_0024306_segmented.png ISIC_0024306",
        '"ISIC_0024306"',
        "0024306",
        "24306.jpg",
        "\ufeffISIC_0024306  # with ISIC_0024307",
    ],
)
def test_an_id_is_found_however_it_is_written(tmp_path: Path, line: str):
    assert one_list(tmp_path, line) == (A,)


def test_a_longer_number_is_another_id(tmp_path: Path):
    listed = read_lists({"test": write(tmp_path / "list.txt", f"{A}\nISIC_00243061\n")}, KNOWN)
    assert listed.unknown == ("ISIC_00243061",)


def test_blank_lines_comments_and_a_head_are_no_ids(tmp_path: Path):
    listed = read_lists({"test": write(tmp_path / "list.csv", f"# mine\n\nimage_id,dx\n{A},nv\n  \n{B},mel\n")}, KNOWN)
    assert listed.parts["test"] == (A, B)
    assert listed.unknown == ()


def test_ids_of_other_sets_are_found_by_name(tmp_path: Path):
    assert one_list(tmp_path, "x/DRAWN_0000001_0.png\n") == ("DRAWN_0000001_0",)


def test_unknown_ids_and_ids_named_twice_are_told(tmp_path: Path):
    train = write(tmp_path / "train.txt", f"{A}\nISIC_9999999\ncat.jpg\n{A}\n")
    test = write(tmp_path / "test.txt", f"{A}\n{B}\n")
    listed = read_lists({"train": train, "test": test}, KNOWN)
    assert listed.parts == {"train": (A,), "test": (A, B)}
    assert listed.unknown == ("ISIC_9999999", "cat")
    assert listed.twice == (A,)


def test_a_folder_is_read_by_its_file_names_alone(tmp_path: Path):
    (tmp_path / "test" / "mel").mkdir(parents=True)
    for name in ("mel/ISIC_0024307.jpg", "ISIC_0024306.PNG", "ISIC_0024308.csv", ".ISIC_0024309.jpg"):
        (tmp_path / "test" / name).write_bytes(b"no image at all")
    assert read_lists({"test": tmp_path / "test"}, KNOWN).parts["test"] == (A, B)


@pytest.mark.parametrize(
    "text",
    [
        f"image_id,part\n{A},train\n{B},test\n{C},val\n",
        f"part;image\nTraining;{A}.jpg\nTESTING;{B}.jpg\nvalid;{C}.jpg\n",
        f"# classes: nv\nimage_id,lesion_id,group,diagnosis,part\n{A},L,G,nv,train\n{B},M,H,nv,test\n{C},N,I,nv,dev\n",
        f"{A},x,train\n{B},x,test\n{C},x,validation\n",
        f"path\tsplit\ndata/{A}.jpg\ttrain\ndata/{B}.jpg\ttest\ndata/{C}.jpg\tvalidation\n",
    ],
)
def test_a_table_of_ids_and_parts_is_read_in_its_dialects(tmp_path: Path, text: str):
    listed = read_table(write(tmp_path / "split.csv", text), KNOWN)
    assert listed.parts == {"train": (A,), "validation": (C,), "test": (B,)}
    assert list(listed.parts) == ["train", "validation", "test"]


def test_numbers_are_folds(tmp_path: Path):
    listed = read_table(write(tmp_path / "folds.csv", f"isic_id,fold\n{A},1\n{B},0\n{C},1\n"), KNOWN)
    assert listed.parts == {"fold-0": (B,), "fold-1": (A, C)}


def test_an_image_in_two_parts_of_a_table_is_in_both(tmp_path: Path):
    listed = read_table(write(tmp_path / "split.csv", f"id,split\n{A},train\n{A},test\n"), KNOWN)
    assert listed.parts == {"train": (A,), "test": (A,)}
    assert listed.twice == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "has no rows"),
        ("image_id,dx\nISIC_0024306,nv\n", "no column of ids and one of parts"),
        (f"id,part\n{A},train\n{B},\n", "has no part"),
        (f"id,part\n{A},train\n", "names 1 part;"),
        ("id,part\n" + "".join(f"{A},p{n}\n" for n in range(51)), "names 51 parts"),
        (f"id,part\n{A},train\nISIC_9999999,test\n", "test part of"),
    ],
)
def test_a_table_that_is_no_split_is_refused(tmp_path: Path, text: str, told: str):
    with pytest.raises(InputError, match=told):
        read_table(write(tmp_path / "split.csv", text), KNOWN)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00\x01", b"only words\n"])
def test_a_list_without_images_is_refused(tmp_path: Path, content: bytes):
    (tmp_path / "list.txt").write_bytes(content)
    with pytest.raises(InputError):
        read_lists({"test": tmp_path / "list.txt"}, KNOWN)


def test_a_missing_list_is_named(tmp_path: Path):
    with pytest.raises(InputError, match=r"There is no file .*nowhere\.txt"):
        read_lists({"test": tmp_path / "nowhere.txt"}, KNOWN)


def test_pasted_text_is_read_as_a_file_of_it():
    assert read_pasted({"train": f"image_id\n{A}.jpg\n\n# x\n{B}", "test": C}, KNOWN).parts == {
        "train": (A, B),
        "test": (C,),
    }
    assert read_pasted_table(f"{A},train\n{B};x,test", KNOWN).parts == {"train": (A,), "test": (B,)}


def test_pasted_text_that_is_no_split_is_refused_without_a_path():
    with pytest.raises(InputError, match="The test part of your lists names no image"):
        read_pasted({"train": A, "test": "hello"}, KNOWN)
    with pytest.raises(InputError, match="Your table has no column of ids"):
        read_pasted_table("hello", KNOWN)
    with pytest.raises(InputError, match="Your table has no rows"):
        read_pasted_table("# nothing", KNOWN)
