from __future__ import annotations

from pathlib import Path

from lesionlab.curate.audit import Lists, audit_lists
from lesionlab.curate.audit_checks import Pair, check_pairs
from lesionlab.curate.audit_counts import parts_of
from lesionlab.curate.audit_fix import fix, write_fixed
from lesionlab.records.audit import Audit
from lesionlab.records.split import Split, SplitRow, read_split


def rows_of(text: str) -> tuple[SplitRow, ...]:
    return tuple(SplitRow(*line.split()) for line in text.strip().splitlines())


def audited(rows: tuple[SplitRow, ...]) -> Audit:
    return audit_lists(Lists("theirs", parts_of(rows), rows), Split(rows, ("mel", "nv")))


def kept(rows: tuple[SplitRow, ...], audit: Audit) -> dict[str, str]:
    return {row.image_id: row.part for row in fix(rows, audit).rows}


LEAKING = rows_of("""
    a L1 G1 mel train
    b L1 G1 mel test
    c L2 G2 nv  train
    d L2 G2 nv  validation
    e L3 G3 nv  validation
    f L4 G3 nv  test
    g L5 G5 nv  train
    h L6 G6 mel test
""")


def test_the_test_part_stays_and_the_others_lose_what_resembles_it():
    fixed = fix(LEAKING, audited(LEAKING))
    assert {row.image_id: row.part for row in fixed.rows} == {
        "b": "test",
        "d": "validation",
        "f": "test",
        "g": "train",
        "h": "test",
    }
    assert [(c.image_id, c.part, c.to) for c in fixed.changes] == [
        ("a", "train", ""),
        ("c", "train", ""),
        ("e", "validation", ""),
    ]
    assert fixed.told() == "3 images left out: 2 of train (mel 1, nv 1); 1 of validation (nv 1)."
    assert not audited(fixed.rows).leaks


def test_of_folds_a_group_goes_where_most_of_it_lies():
    rows = rows_of("a L1 G1 nv 0\nb L1 G1 nv 1\nc L1 G1 nv 1\nd L2 G2 nv 0\ne L2 G2 nv 1\nf L3 G3 mel 2")
    fixed = fix(rows, audited(rows))
    assert {row.image_id: row.part for row in fixed.rows} == {
        "a": "1",
        "b": "1",
        "c": "1",
        "d": "0",
        "e": "0",
        "f": "2",
    }
    assert not audited(fixed.rows).leaks
    assert fixed.told() == "2 images moved to the part with most of their group: 1 of 0 (nv 1); 1 of 1 (nv 1)."


def test_an_image_in_two_parts_stays_in_the_held_out_one():
    rows = rows_of("a L1 G1 nv train\na L1 G1 nv test\nb L2 G2 nv train")
    assert kept(rows, audited(rows)) == {"a": "test", "b": "train"}


def test_near_duplicates_across_parts_are_parted_as_well():
    rows = rows_of("a L1 G1 nv train\nb L1 G1 nv train\nc L2 G2 nv test\nd L3 G3 nv train")
    clean = audited(rows)
    near = check_pairs("near", "", [Pair("b", "c", 0.9)], rows, clean.parts)
    found = Audit(**{**vars(clean), "checks": (*clean.checks[:-1], near)})
    assert found.leaks
    assert kept(rows, found) == {"c": "test", "d": "train"}


def test_a_clean_split_is_left_alone():
    rows = rows_of("a L1 G1 nv train\nb L2 G2 nv test")
    fixed = fix(rows, audited(rows))
    assert fixed.rows == rows
    assert fixed.told() == "Nothing had to be changed."


def test_lists_and_changes_are_written(tmp_path: Path):
    files = write_fixed(tmp_path, fix(LEAKING, audited(LEAKING)), ("train", "validation", "test"), ("mel", "nv"))
    assert [path.name for path in files] == ["train.txt", "validation.txt", "test.txt", "changes.csv", "split.csv"]
    assert files[2].read_text() == "b\nf\nh\n"
    assert files[3].read_text().splitlines()[:2] == ["image_id,diagnosis,part,to,group", "a,mel,train,,G1"]
    assert {row.image_id: row.part for row in read_split(files[4]).rows}["d"] == "validation"


def test_of_folds_no_split_of_three_parts_is_written(tmp_path: Path):
    rows = rows_of("a L1 G1 nv fold-0\nb L2 G2 nv fold-1")
    files = write_fixed(tmp_path, fix(rows, audited(rows)), ("fold-0", "fold-1"), ("nv",))
    assert [path.name for path in files] == ["fold-0.txt", "fold-1.txt", "changes.csv"]
