from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesionlab.core.errors import DataError
from lesionlab.data import partition
from lesionlab.data.dealing import group_diagnosis
from lesionlab.data.partition import PERCENT, make_split
from lesionlab.data.rows import ImageRow
from lesionlab.records.split import PARTS

CLASSES = ("mel", "nv")


def images(**lesion_sizes: list[int]) -> list[ImageRow]:
    """Return rows of each class: one lesion for each number, with that many images."""
    return [
        ImageRow(f"{code}-{lesion}-{image}", f"{code}-{lesion}", code)
        for code, sizes in lesion_sizes.items()
        for lesion, size in enumerate(sizes)
        for image in range(size)
    ]


MANY = images(nv=[1] * 300 + [2] * 100 + [3] * 40 + [6] * 2, mel=[1] * 60 + [2] * 30 + [4] * 3)


def test_images_and_lesions_of_each_class_come_near_the_fractions() -> None:
    split = make_split(MANY, (), CLASSES, seed=0)
    for code in CLASSES:
        rows = [row for row in split.rows if row.diagnosis == code]
        lesions = {row.lesion_id: row.part for row in rows}
        of_images, of_lesions = Counter(row.part for row in rows), Counter(lesions.values())
        for part, percent in PERCENT.items():
            assert of_images[part] / len(rows) == pytest.approx(percent / 100, abs=0.015)
            assert of_lesions[part] / len(lesions) == pytest.approx(percent / 100, abs=0.015)


def test_images_of_a_lesion_stay_together() -> None:
    parts = defaultdict(set)
    for row in make_split(MANY, (), CLASSES, seed=0).rows:
        parts[row.lesion_id].add(row.part)
    assert all(len(found) == 1 for found in parts.values())


def test_known_duplicates_stay_together() -> None:
    pairs = [(f"nv-{2 * number}-0", f"nv-{2 * number + 1}-0") for number in range(100)]
    part = {row.image_id: row.part for row in make_split(MANY, pairs, CLASSES, seed=0).rows}
    assert all(part[one] == part[other] for one, other in pairs)


def test_pairs_found_since_move_their_own_groups_alone_and_towards_training(monkeypatch: pytest.MonkeyPatch) -> None:
    before = make_split(MANY, (), CLASSES, seed=0)
    by_part = {part: [row for row in before.rows if row.part == part] for part in PARTS}
    train, validation = by_part["train"][0], by_part["validation"][0]
    test, other = by_part["test"][0], by_part["test"][-1]
    pairs = ((test.image_id, train.image_id), (validation.image_id, other.image_id))
    monkeypatch.setattr(partition, "all_duplicates", lambda: pairs)
    after = make_split(MANY, (), CLASSES, seed=0)
    moved = {test.lesion_id: "train", other.lesion_id: "validation"}
    for old, new in zip(before.rows, after.rows, strict=True):
        assert new.part == moved.get(old.lesion_id, old.part)
    group_of = {row.image_id: row.group for row in after.rows}
    assert all(group_of[one] == group_of[two] for one, two in pairs)


def test_the_same_seed_gives_the_same_split_whatever_the_order() -> None:
    split = make_split(MANY, (), CLASSES, seed=0)
    assert make_split(MANY, (), CLASSES, seed=0) == split
    turned = make_split(MANY[::-1], (), CLASSES, seed=0)
    assert {row.image_id: row.part for row in turned.rows} == {row.image_id: row.part for row in split.rows}


def test_the_split_is_the_same_on_every_platform() -> None:
    small = images(nv=[2] * 5 + [1] * 10, mel=[1] * 7)
    assert (
        make_split(small, (), CLASSES, seed=0).sha256
        == "4e3cd84a0b2c228d3acf69ed21bbcca7e46be6ac45af5bf669de2cf0edfa2266"
    )


def test_another_seed_gives_another_split() -> None:
    assert make_split(MANY, (), CLASSES, seed=0).rows != make_split(MANY, (), CLASSES, seed=1).rows


def test_more_images_of_one_class_leave_the_other_as_it_was() -> None:
    more = MANY + images(mel=[0] * 93 + [1, 2])
    before = {row.image_id: row.part for row in make_split(MANY, (), CLASSES, seed=0).rows}
    after = {row.image_id: row.part for row in make_split(more, (), CLASSES, seed=0).rows}
    assert all(after[image_id] == part for image_id, part in before.items() if image_id.startswith("nv"))


@given(st.lists(st.integers(1, 6), min_size=3, max_size=40), st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_every_part_gets_every_class_however_few(sizes: list[int], seed: int) -> None:
    rows = make_split(images(nv=sizes, mel=[1, 1, 1]), (), CLASSES, seed).rows
    assert {(row.diagnosis, row.part) for row in rows} == {(code, part) for code in CLASSES for part in PARTS}


@pytest.mark.parametrize("sizes", [[], [1], [5, 5]])
def test_a_class_of_fewer_than_three_lesions_is_refused(sizes: list[int]) -> None:
    with pytest.raises(DataError, match=rf"mel \({len(sizes)}\)"):
        make_split(images(nv=[1] * 9, mel=sizes), (), CLASSES, seed=0)


def test_a_group_of_two_diagnoses_counts_under_the_more_frequent() -> None:
    totals = Counter({"nv": 10, "mel": 50})
    assert group_diagnosis(["nv", "mel", "mel"], totals) == "mel"
    assert group_diagnosis(["nv", "nv", "mel"], totals) == "nv"


def test_at_a_tie_the_diagnosis_rarer_in_the_data_counts() -> None:
    assert group_diagnosis(["nv", "mel"], Counter({"nv": 50, "mel": 10})) == "mel"
    assert group_diagnosis(["nv", "mel"], Counter({"nv": 10, "mel": 50})) == "nv"
    assert group_diagnosis(["nv", "mel"], Counter({"nv": 10, "mel": 10})) == "mel"


def test_images_of_a_mixed_group_keep_their_own_diagnosis() -> None:
    mixed = [*MANY, ImageRow("odd", "nv-0", "mel")]
    rows = {row.image_id: row for row in make_split(mixed, (), CLASSES, seed=0).rows}
    assert rows["odd"].diagnosis == "mel"
    assert rows["odd"].part == rows["nv-0-0"].part
