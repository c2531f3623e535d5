from __future__ import annotations

import numpy as np
import pytest
from changed_pictures import CHANGES, photographed_again, textured

from lesionlab.core.imaging import square
from lesionlab.curate.duplicates import NEAR, find_pairs
from lesionlab.curate.duplicates_pictures import Pictures, prepared_squares
from lesionlab.data.groups import all_duplicates, known_duplicates
from lesionlab.data.prepared import PreparedData

COUNT = 24


@pytest.fixture(scope="module")
def originals() -> list[np.ndarray]:
    return [square(textured(seed), 64) for seed in range(COUNT)]


def found(originals: list[np.ndarray], *more: np.ndarray, **options):
    pictures = Pictures(originals, [square(each, 64) for each in more])
    return find_pairs(pictures, **options)


def test_different_lesions_are_no_pair(originals):
    assert found(originals) == []


@pytest.mark.parametrize("change", list(CHANGES))
def test_a_changed_copy_is_found_and_nothing_else(change: str, originals):
    (pair,) = found(originals, CHANGES[change](textured(7)))
    assert (pair.first, pair.second) == (7, COUNT)
    assert pair.agreement > NEAR + 0.1


def test_a_copy_in_another_file_is_called_re_encoded(originals):
    (pair,) = found(originals, CHANGES["re-encoded"](textured(3)))
    assert pair.kind == "re-encoded"
    assert pair.scale == pytest.approx(1, abs=0.03)


def test_a_second_photograph_is_near_and_laid_on_the_first(originals):
    (pair,) = found(originals, photographed_again(textured(11)))
    assert (pair.first, pair.second, pair.mirrored) == (11, COUNT, False)
    assert abs(pair.degrees) == pytest.approx(12, abs=2)
    assert pair.scale == pytest.approx(1 / 1.1, abs=0.04)


def test_equal_files_are_the_same_whatever_the_pixels(originals):
    (pair,) = found(originals[:4], sha256s=["a", "b", "", "a"])
    assert (pair.first, pair.second, pair.kind, pair.agreement) == (0, 3, "same file", 1.0)
    assert found(originals[:4], sha256s=["", "", "", ""]) == []


def test_what_is_one_group_already_is_not_told(originals):
    groups = np.array([*range(COUNT), 7])
    assert found(originals, CHANGES["turned"](textured(7)), groups=groups) == []


def test_with_queries_only_their_pairs_are_searched(originals):
    copies = [CHANGES["cut"](textured(7)), CHANGES["cut"](textured(8))]
    (pair,) = found(originals, *copies, queries=np.array([COUNT + 1]))
    assert (pair.first, pair.second) == (8, COUNT + 1)


def test_the_order_of_pictures_does_not_matter(originals):
    more = [photographed_again(textured(5)), CHANGES["all at once"](textured(9))]
    forth = found(originals, *more)
    back = found([square(m, 64) for m in more[::-1]] + originals[::-1])
    names = [*range(COUNT), "again", "changed"]
    told = {frozenset((names[p.first], names[p.second])) for p in forth}
    assert told == {frozenset((names[::-1][p.first], names[::-1][p.second])) for p in back}
    assert told == {frozenset((5, "again")), frozenset((9, "changed"))}


def test_the_same_input_gives_the_same_pairs(originals):
    more = [change(textured(number)) for number, change in enumerate(CHANGES.values())]
    assert found(originals, *more) == found(originals, *more)


def test_progress_runs_to_the_end(originals):
    told: list[tuple[float, float]] = []
    find_pairs(Pictures(originals), progress=lambda done, total, **_: told.append((done, total)))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (COUNT, COUNT)


def test_few_pictures_and_small_ones_do_no_harm(originals):
    assert find_pairs(Pictures([])) == []
    assert find_pairs(Pictures(originals[:1])) == []
    flat = np.full((16, 16, 3), 128, np.uint8)
    assert find_pairs(Pictures([flat, np.zeros((16, 16, 3), np.uint8), originals[0]])) == []


@pytest.mark.data
def test_of_the_published_pairs_fourteen_are_found_and_nothing_that_nobody_looked_at(real_ham10000: PreparedData):
    rows = real_ham10000.split.rows
    position = {row.image_id: index for index, row in enumerate(rows)}
    asked = {position[image] for pair in known_duplicates() for image in pair} | set(range(0, len(rows), 200))
    _, lesions = np.unique([row.lesion_id for row in rows], return_inverse=True)
    pairs = find_pairs(Pictures(prepared_squares(real_ham10000)), groups=lesions, queries=np.array(sorted(asked)))
    told = {frozenset((rows[pair.first].image_id, rows[pair.second].image_id)) for pair in pairs}
    published, looked_at = ({frozenset(pair) for pair in known} for known in (known_duplicates(), all_duplicates()))
    assert len(told & published) == 14
    assert told <= looked_at
