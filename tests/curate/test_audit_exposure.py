from __future__ import annotations

from lesionlab.curate.audit_checks import Pair, check_pairs
from lesionlab.curate.audit_exposure import exposures
from lesionlab.records.audit import Seen
from lesionlab.records.split import SplitRow


def rows_of(text: str) -> list[SplitRow]:
    return [SplitRow(*line.split()) for line in text.strip().splitlines()]


# Lesion L1 lies in both parts; L2 and L3 are one group (a known duplicate); L4 stands alone.
CROSSING = rows_of("""
    a L1 G1 mel train
    b L1 G1 mel test
    c L2 G2 nv  train
    d L3 G2 nv  test
    e L4 G4 nv  test
    f L2 G2 nv  train
""")


def test_siblings_and_known_duplicates_in_training_are_counted_by_class():
    (exposure,) = exposures(CROSSING, ("mel", "nv"), ("train", "test"), ())
    assert exposure.part == "test"
    assert exposure.others == ("train",)
    assert exposure.classes == (Seen("mel", 1, 1, 1), Seen("nv", 2, 0, 1))
    assert exposure.all == Seen("all", 3, 1, 2)


def test_near_duplicates_in_training_count_as_seen_once():
    near = check_pairs("near", "", [Pair("c", "e"), Pair("e", "f"), Pair("a", "b")], CROSSING, ("train", "test"))
    (exposure,) = exposures(CROSSING, ("mel", "nv"), ("train", "test"), (near,))
    assert exposure.all == Seen("all", 3, 1, 3)


def test_a_near_duplicate_in_validation_is_not_seen_in_training():
    rows = rows_of("a L1 G1 nv validation\nb L2 G2 nv test\nc L3 G3 nv train")
    parts = ("train", "validation", "test")
    near = check_pairs("near", "", [Pair("a", "b")], rows, parts)
    assert [exposure.all.seen for exposure in exposures(rows, ("nv",), parts, (near,))] == [0, 0]


def test_of_folds_each_is_held_against_all_others():
    rows = rows_of("a L1 G1 nv 0\nb L1 G1 nv 1\nc L2 G2 nv 2")
    assert [(e.part, e.others, e.all.siblings) for e in exposures(rows, ("nv",), ("0", "1", "2"), ())] == [
        ("0", ("1", "2"), 1),
        ("1", ("0", "2"), 1),
        ("2", ("0", "1"), 0),
    ]


def test_one_part_alone_is_exposed_to_nothing():
    assert exposures(rows_of("a L G nv external"), ("nv",), ("external",), ()) == ()
