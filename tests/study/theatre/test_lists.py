from dataclasses import replace

import numpy as np
import pytest

from lesionlab.core.errors import StudyError
from lesionlab.records.ledger import read_ledger
from lesionlab.study.theatre.lists import lists_of


def test_the_honest_list_has_no_lesion_of_the_test_and_each_lesion_is_tested_once(tiny_data, plan, lists, tmp_path):
    other = lists_of(tiny_data, plan, 1, tmp_path / "ledger.csv", "the other fold")
    for each in (lists, other):
        assert not set(each.own.lesions) & set(each.tested.lesions)
        assert not set(each.own.ids) & set(each.denied.ids)
    assert not set(lists.tested.lesions) & set(other.tested.lesions)
    assert set(lists.tested.lesions) | set(other.tested.lesions) == {row.lesion_id for row in tiny_data.split.rows}
    (opening,) = read_ledger(tmp_path / "ledger.csv")
    assert opening.purpose == "the other fold"


def test_half_of_a_lesion_s_images_are_tested_and_the_others_are_its_siblings(lists):
    assert len(lists.siblings.ids) > 0
    assert set(lists.siblings.lesions) < set(lists.tested.lesions)
    assert not set(lists.siblings.ids) & set(lists.tested.ids)
    assert len(set(lists.tested.lesions)) == len(lists.tested.lesions)  # drawn lesions have one or two


@pytest.mark.parametrize("others", ["siblings", "tested", "denied"])
def test_what_is_planted_takes_the_place_of_as_many_of_its_class(lists, others):
    strange = getattr(lists, others)
    found = lists.own.with_planted(strange)
    assert np.bincount(found.labels).tolist() == np.bincount(lists.own.labels).tolist()
    assert found.planted == len(set(found.ids) & set(strange.ids)) > 0
    assert len(set(found.ids) - set(strange.ids) - set(lists.own.ids)) == 0
    assert found.sha256 != lists.own.sha256
    assert lists.own.planted == 0
    for place, image_id in enumerate(found.ids):
        source = strange if image_id in strange.ids else lists.own
        assert np.array_equal(found.images[place], source.images[source.ids.index(image_id)])


def test_where_nothing_is_left_to_withhold_nothing_is_played(tiny_data, plan, tmp_path):
    few = replace(plan, folds=4, share=0.5)
    held = lists_of(tiny_data, few, 0, tmp_path / "ledger.csv", "four folds")
    assert set(held.denied.labels.tolist()) == set(range(7))
    whole = replace(plan)
    object.__setattr__(whole, "share", 1.0)  # no plan says so
    with pytest.raises(StudyError, match="withholds none"):
        lists_of(tiny_data, whole, 0, tmp_path / "ledger.csv", "all")
