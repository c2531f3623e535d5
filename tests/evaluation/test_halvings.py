import numpy as np
import pytest

from lesionlab.core.errors import DataError
from lesionlab.evaluation.halvings import halvings

LABELS = np.repeat([0, 1, 2], [40, 21, 12])
GROUPS = [f"lesion {n // 3}" if n < 30 else f"lesion {n}" for n in range(73)]


def test_no_lesion_comes_twice_and_the_halves_have_the_same_classes():
    found = halvings(LABELS, GROUPS, LABELS, draws=8)
    for each in found.each:
        assert len(each.one) == len(each.other) == len(each.fake) == found.n
        assert len({GROUPS[row] for row in (*each.one, *each.other)}) == 2 * found.n
        assert len(set(each.fake)) == found.n
        for label, size in found.sizes.items():
            some = found.scope(label)
            assert size == some.stop - some.start
            for rows in (each.one, each.other, each.fake):
                assert set(LABELS[rows[some]]) == {label}


def test_next_to_nothing_is_left_out():
    assert halvings(LABELS, GROUPS, LABELS, draws=40).sizes == {0: 10, 1: 10, 2: 6}  # of 20, 21 and 12 lesions


def test_every_image_is_drawn_sooner_or_later_and_the_halves_differ():
    found = halvings(LABELS, GROUPS, LABELS, draws=40)
    assert set(np.concatenate([(*each.one, *each.other) for each in found.each])) == set(range(73))
    assert len({tuple(sorted(each.one)) for each in found.each}) == 40


def test_classes_that_are_compared_have_one_size():
    assert halvings(LABELS, GROUPS, LABELS, 4, alike=(0, 1)).sizes == {0: 10, 1: 10, 2: 6}
    labels = np.array([0] * 10 + [1, 1, 1])
    assert halvings(labels, [str(n) for n in range(13)], labels, 4, alike=(0, 1)).sizes == {0: 5}


def test_a_class_without_two_lesions_has_no_half():
    labels = np.array([0] * 10 + [1, 1, 1])
    assert list(halvings(labels, [str(n) for n in range(10)] + ["one"] * 3, labels, draws=4).sizes) == [0]
    with pytest.raises(DataError, match="larger part"):
        halvings(labels[10:], ["one"] * 3, labels, draws=4)
