from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesionlab.data.additions import AddedImage, Additions, Tie
from lesionlab.data.joining import ALREADY_THERE, DISAGREEING, SAME_FILE, WOULD_LEAK, Joined, join
from lesionlab.records.split import Split, SplitRow

BASE = Split(
    (
        SplitRow("t1", "L1", "L1", "mel", "train"),
        SplitRow("t2", "L2", "L2", "nv", "train"),
        SplitRow("t3", "L3", "L3", "nv", "train"),
        SplitRow("v1", "L4", "L4", "mel", "validation"),
        SplitRow("x1", "L5", "L5", "nv", "test"),
    ),
    ("mel", "nv"),
)


def image(image_id: str, diagnosis: str = "nv", lesion: str = "", **more: object) -> AddedImage:
    plain = {"source": "s", "licence": "CC0-1.0", "attribution": "A", "sha256": image_id, "file": Path(image_id)}
    return AddedImage(image_id=image_id, lesion_id=lesion or image_id, diagnosis=diagnosis, **(plain | more))  # type: ignore[arg-type]


def joined(*images: AddedImage, ties: tuple[Tie, ...] = (), told: tuple[tuple[str, str], ...] = ()) -> Joined:
    return join(BASE, Additions(images, ("m",), (), len(images), {}, told), ties)


def near(image_id: str, other_id: str) -> Tie:
    return Tie(image_id, other_id, same=False)


def same(image_id: str, other_id: str) -> Tie:
    return Tie(image_id, other_id, same=True)


def beside(image_id: str, other_id: str) -> Tie:
    return Tie(image_id, other_id, same=False, among_added=True)


def group_of(found: Joined, image_id: str) -> str:
    (row,) = (row for row in found.split.rows if row.image_id == image_id)
    assert row.part == "train"
    return row.group


def left_out(found: Joined) -> dict[str, tuple[str, ...]]:
    return {reason: problem.ids for reason, problem in found.left_out.items()}


def test_an_image_that_is_nobodys_kin_gets_a_group_of_its_own_behind_the_base() -> None:
    found = joined(image("s:b", lesion="s:L"), image("s:a"))
    assert found.split.rows[:5] == BASE.rows
    assert [row.image_id for row in found.split.rows[5:]] == ["s:a", "s:b"]
    assert (group_of(found, "s:a"), group_of(found, "s:b")) == ("s:a", "s:L")
    assert (found.left_out, found.in_base_groups) == ({}, 0)


def test_the_same_picture_as_a_base_image_is_left_out_whatever_its_part() -> None:
    found = joined(image("s:a"), image("s:b"), image("s:c", same_as="t2"), ties=(same("s:a", "t2"), same("s:b", "x1")))
    assert left_out(found) == {ALREADY_THERE: ("s:a", "s:b", "s:c")}
    assert found.split == BASE


def test_near_a_training_image_joins_its_group() -> None:
    found = joined(image("s:a"), ties=(near("s:a", "t2"),))
    assert group_of(found, "s:a") == "L2"
    assert found.in_base_groups == 1


@pytest.mark.parametrize("other", ["v1", "x1"])
def test_near_a_validation_or_test_image_is_left_out(other: str) -> None:
    diagnosis = "mel" if other == "v1" else "nv"
    found = joined(image("s:a", diagnosis), ties=(near("s:a", other),))
    assert left_out(found) == {WOULD_LEAK: ("s:a",)}


def test_a_sibling_of_a_test_image_is_left_out_though_nothing_looks_like_it() -> None:
    whole = (image("s:copy", lesion="s:L"), image("s:sibling", lesion="s:L"))
    found = joined(*whole, ties=(same("s:copy", "x1"),))
    assert left_out(found) == {ALREADY_THERE: ("s:copy",), WOULD_LEAK: ("s:sibling",)}


def test_a_sibling_is_known_by_a_copy_that_was_not_wanted_or_never_fetched() -> None:
    copy = image("s:copy", lesion="s:L", wanted=False)
    assert left_out(joined(image("s:b", lesion="s:L"), copy, ties=(same("s:copy", "x1"),))) == {WOULD_LEAK: ("s:b",)}
    assert left_out(joined(image("s:b", lesion="s:L"), told=(("s:L", "x1"),))) == {WOULD_LEAK: ("s:b",)}


def test_nearness_chains_through_added_images() -> None:
    found = joined(image("s:a"), image("s:b"), image("s:c"), ties=(near("s:a", "x1"), beside("s:a", "s:b")))
    assert left_out(found) == {WOULD_LEAK: ("s:a", "s:b")}
    assert group_of(found, "s:c") == "s:c"


def test_near_one_another_is_one_group() -> None:
    found = joined(image("s:a", lesion="s:Z"), image("s:b", lesion="s:Y"), ties=(beside("s:a", "s:b"),))
    assert group_of(found, "s:a") == group_of(found, "s:b") == "s:Y"


def test_an_image_near_two_training_groups_makes_them_one_and_moves_nothing() -> None:
    found = joined(image("s:a"), ties=(near("s:a", "t2"), near("s:a", "t3")))
    assert [row.group for row in found.split.rows] == ["L1", "L2", "L2", "L4", "L5", "L2"]
    assert [row.part for row in found.split.rows[:5]] == [row.part for row in BASE.rows]


def test_what_would_tie_train_to_test_changes_no_group_of_the_base() -> None:
    found = joined(image("s:a"), ties=(near("s:a", "t2"), near("s:a", "x1")))
    assert found.split == BASE
    assert left_out(found) == {WOULD_LEAK: ("s:a",)}


def test_one_file_under_two_names_is_used_once() -> None:
    found = joined(image("s:a", sha256="f"), image("w:a", sha256="f"), ties=(beside("s:a", "w:a"),))
    assert left_out(found) == {SAME_FILE: ("w:a",)}


def test_images_of_one_lesion_that_disagree_are_left_out() -> None:
    found = joined(
        image("s:a", "mel", "s:L"), image("s:b", "nv", "s:L"), image("s:c", "mel"), ties=(near("s:c", "t2"),)
    )
    assert left_out(found) == {DISAGREEING: ("s:a", "s:b", "s:c")}


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4), st.booleans()), max_size=12),
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12),
    st.lists(st.integers(0, 4), min_size=10, max_size=10),
)
def test_nothing_used_ever_touches_what_is_tested_on(base_ties, added_ties, lesions) -> None:  # type: ignore[no-untyped-def]
    images = [image(f"s:{n}", lesion=f"s:L{lesion}") for n, lesion in enumerate(lesions)]
    ties = [Tie(f"s:{n}", BASE.rows[other].image_id, exact) for n, other, exact in base_ties]
    ties += [beside(f"s:{one}", f"s:{other}") for one, other in added_ties if one != other]
    found = joined(*images, ties=tuple(ties))
    assert len(found.used) + sum(p.count for p in found.left_out.values()) == len(images)
    parts = {row.group: row.part for row in found.split.rows}
    assert all(parts[row.group] == row.part for row in found.split.rows)
    used = {i.image_id for i in found.used}
    closed = {row.image_id for row in BASE.rows if row.part != "train"}
    assert not [tie for tie in ties if tie.image_id in used and tie.other_id in closed]
    groups = {row.image_id: row.group for row in found.split.rows}
    inside = [tie for tie in ties if tie.image_id in used and tie.other_id in groups]
    assert all(groups[tie.image_id] == groups[tie.other_id] for tie in inside)
