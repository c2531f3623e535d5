from __future__ import annotations

from lesionlab.curate.audit_counts import by_class, parts_of, strata
from lesionlab.records.audit import Count
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


def test_parts_come_in_the_order_of_a_study_and_others_by_name():
    rows = rows_of("a L G nv test\nb L G nv zebra\nc L G nv train\nd L G nv ape")
    assert parts_of(rows) == ("train", "test", "ape", "zebra")


def test_images_lesions_and_groups_are_counted_by_class_and_part():
    mel, nv, vasc = by_class(CROSSING, ("mel", "nv", "vasc"), ("train", "test"))
    assert mel.parts == {"train": Count(1, 1, 1), "test": Count(1, 1, 1)}
    assert mel.all == Count(2, 1, 1)
    assert nv.parts == {"train": Count(2, 1, 1), "test": Count(2, 2, 2)}
    assert nv.all == Count(4, 3, 2)
    assert vasc.parts["test"] == Count()


def test_blank_and_unknown_values_are_counted_as_missing_in_their_part():
    details = {
        "a": {"age": "35.0", "sex": "male"},
        "b": {"age": "", "sex": "unknown"},
        "c": {"age": "85.0", "sex": "male"},
        "d": {"age": "40.0"},
    }
    age, sex = strata(CROSSING, details, ("train", "test"))
    assert [value.value for value in age.values] == ["20 to 39", "40 to 59", "80 and over"]
    assert age.missing == {"train": 1, "test": 2}  # f has no row at all, b is blank, e has none
    assert [(value.value, value.all.images) for value in sex.values] == [("male", 2)]
    assert sex.missing == {"train": 1, "test": 3}


def test_every_image_of_a_part_is_in_one_value_of_a_stratum_or_missing():
    details = {"a": {"sex": "female"}, "b": {"sex": "n/a"}, "c": {"sex": " male "}}
    (sex,) = strata(CROSSING, details, ("train", "test"))
    for part, images in (("train", 3), ("test", 3)):
        assert sum(value.parts[part].images for value in sex.values) + sex.missing[part] == images
