import pytest

from lesionlab.core.errors import DataError, LeakError
from lesionlab.records.split import Split, SplitRow, read_split, write_split

ROWS = (
    SplitRow("i1", "l1", "g1", "nv", "train"),
    SplitRow("i2", "l1", "g1", "nv", "train"),
    SplitRow("i3", "l2", "g2", "mel", "test"),
)


def test_a_split_comes_back_and_hashes_to_its_content(tmp_path):
    split = Split(ROWS, ("mel", "nv"))
    write_split(tmp_path / "split.csv", split)
    assert read_split(tmp_path / "split.csv") == split
    assert Split(ROWS[:2], ("mel", "nv")).sha256 != split.sha256


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("i2,l1,g1,nv,train", "i1,l1,g1,nv,train", "names i1 twice"),
        ("i3,l2,g2,mel,test", "i3,l2,g2,mel,holdout", "damaged"),
        ("i3,l2,g2,mel,test", "i3,l2,g2,wart,test", "Line 5 .* has the diagnosis 'wart', which is not in"),
        ("i3,l2,g2,mel,test", "i3,l2", "damaged"),
        ("# classes: mel nv", "classes", "no split"),
    ],
)
def test_damage_is_refused(tmp_path, old, new, words):
    text = Split(ROWS, ("mel", "nv")).to_csv().decode()
    assert old in text
    (tmp_path / "split.csv").write_text(text.replace(old, new))
    with pytest.raises(DataError, match=words):
        read_split(tmp_path / "split.csv")


def test_no_split_says_what_to_run(tmp_path):
    with pytest.raises(DataError, match="data prepare"):
        read_split(tmp_path / "split.csv")


@pytest.mark.parametrize(
    ("new", "words"),
    [("i2,l1,g1,nv,test", "Group g1 .* lies in two parts"), ("i2,l1,i2,nv,test", "Lesion l1 .* lies in two groups")],
)
def test_a_split_by_image_is_a_leak(tmp_path, new, words):
    text = Split(ROWS, ("mel", "nv")).to_csv().decode()
    (tmp_path / "split.csv").write_text(text.replace("i2,l1,g1,nv,train", new))
    with pytest.raises(LeakError, match=words) as caught:
        read_split(tmp_path / "split.csv")
    assert "lesionlab data split" in caught.value.cure
