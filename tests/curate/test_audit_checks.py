from __future__ import annotations

from lesionlab.curate.audit_checks import Pair, check_pairs, check_rows
from lesionlab.records.split import SplitRow

PARTS = ("train", "validation", "test")


def rows_of(text: str) -> list[SplitRow]:
    return [SplitRow(*line.split()) for line in text.strip().splitlines()]


def test_nothing_crosses_in_a_split_by_group():
    rows = rows_of("a L1 G1 nv train\nb L1 G1 nv train\nc L2 G1 nv train\nd L3 G3 nv test")
    assert [(check.name, check.state, check.found) for check in check_rows(rows, PARTS)] == [
        ("images", "clear", ()),
        ("lesions", "clear", ()),
        ("groups", "clear", ()),
    ]


def test_an_image_a_lesion_and_a_group_in_two_parts_are_each_found_with_their_images():
    rows = rows_of("""
        a L1 G1 nv train
        a L1 G1 nv test
        b L2 G2 nv validation
        c L2 G2 nv test
        d L3 G3 nv train
        e L4 G3 nv test
    """)
    images, lesions, groups = check_rows(rows, PARTS)
    assert [(found.name, found.images) for found in images.found] == [("a", {"train": ("a",), "test": ("a",)})]
    assert [found.name for found in lesions.found] == ["L1", "L2"]
    assert [found.name for found in groups.found] == ["G1", "G2", "G3"]
    assert groups.found[2].images == {"train": ("d",), "test": ("e",)}
    assert {check.state for check in (images, lesions, groups)} == {"leak"}
    assert groups.between() == {("train", "test"): 2, ("validation", "test"): 1}


def test_a_lesion_in_three_parts_counts_between_each_two():
    (_, lesions, _) = check_rows(rows_of("a L G nv train\nb L G nv validation\nc L G nv test"), PARTS)
    assert lesions.between() == {("train", "validation"): 1, ("train", "test"): 1, ("validation", "test"): 1}


def test_pairs_of_parts_come_in_the_order_of_a_study():
    (_, lesions, _) = check_rows(
        rows_of("a L1 G nv validation\nb L1 G nv test\nc L2 H nv train\nd L2 H nv test"), PARTS
    )
    assert list(lesions.between()) == [("train", "test"), ("validation", "test")]


def test_pairs_across_parts_leak_and_pairs_inside_one_do_not():
    rows = rows_of("a L1 G1 nv train\nb L2 G2 nv test\nc L3 G3 nv train\nd L4 G4 nv train")
    check = check_pairs("near", "by eye", [Pair("c", "d", 0.9), Pair("a", "b", 0.8)], rows, PARTS)
    assert check.state == "leak"
    assert check.inside == 1
    (found,) = check.found
    assert (found.name, found.images, found.score) == ("a = b", {"train": ("a",), "test": ("b",)}, 0.8)


def test_a_pair_with_an_image_that_no_part_holds_is_nothing():
    check = check_pairs("known", "", [Pair("a", "gone"), Pair("gone", "away")], rows_of("a L G nv train"), PARTS)
    assert (check.state, check.inside) == ("clear", 0)


def test_the_order_of_rows_and_pairs_changes_nothing():
    rows = rows_of("a L1 G1 nv train\nb L1 G1 nv test\nc L2 G2 nv train\nd L2 G2 nv test")
    pairs = [Pair("a", "b"), Pair("c", "d")]
    assert check_rows(rows, PARTS) == check_rows(rows[::-1], PARTS)
    assert check_pairs("same", "", pairs, rows, PARTS) == check_pairs("same", "", pairs[::-1], rows[::-1], PARTS)
