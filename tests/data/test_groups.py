from __future__ import annotations

from pathlib import Path

import pytest

from lesionlab.data.groups import DisjointSets, found_duplicates, known_duplicates, lesion_groups
from lesionlab.data.known_lesions import ham10000_lesions


def test_images_of_one_lesion_are_one_group() -> None:
    assert lesion_groups({"a": "L1", "b": "L1", "c": "L2"}, ()) == {"a": "L1", "b": "L1", "c": "L2"}


def test_a_duplicate_pair_joins_two_lesions_with_all_their_images() -> None:
    groups = lesion_groups({"a": "L3", "b": "L3", "c": "L2", "d": "L1"}, [("b", "c")])
    assert groups == {"a": "L2", "b": "L2", "c": "L2", "d": "L1"}


def test_pairs_chain() -> None:
    lesions = {name: name.upper() for name in "abcdef"}
    groups = lesion_groups(lesions, [("a", "b"), ("c", "d"), ("d", "a")])
    assert groups == {"a": "A", "b": "A", "c": "A", "d": "A", "e": "E", "f": "F"}


def test_the_order_of_pairs_changes_nothing() -> None:
    lesions = {name: name.upper() for name in "abcdef"}
    pairs = [("f", "e"), ("e", "d"), ("b", "c")]
    assert lesion_groups(lesions, pairs) == lesion_groups(lesions, [(y, x) for x, y in reversed(pairs)])


def test_pairs_with_an_image_that_is_not_there_are_left_out() -> None:
    assert lesion_groups({"a": "L2", "b": "L1"}, [("a", "elsewhere"), ("elsewhere", "b")]) == {"a": "L2", "b": "L1"}


def test_a_long_chain_needs_no_recursion() -> None:
    sets = DisjointSets()
    names = [f"{number:05d}" for number in range(5000)]
    for one, other in zip(names[::-1], names[-2::-1], strict=False):
        sets.join(one, other)
    assert {sets.find(name) for name in names} == {"00000"}


def test_there_are_eighteen_known_pairs_of_distinct_images() -> None:
    pairs = known_duplicates()
    assert len(pairs) == 18
    assert len({image_id for pair in pairs for image_id in pair}) == 36
    assert ("ISIC_0033481", "ISIC_0033421") in pairs


@pytest.mark.data
def test_the_known_pairs_are_those_beside_the_images(test_data: Path) -> None:
    lines = (test_data / "ham10000" / "known_duplicates.csv").read_text(encoding="utf-8").splitlines()
    assert known_duplicates() == tuple(tuple(line.split(",")[:2]) for line in lines[1:])


def test_the_pairs_found_are_of_two_lesions_and_not_the_published_ones() -> None:
    lesions = ham10000_lesions()
    found = found_duplicates()
    assert len(found) == 42
    assert all(lesions[one] != lesions[other] for one, other in found)
    assert not {frozenset(pair) for pair in found} & {frozenset(pair) for pair in known_duplicates()}
