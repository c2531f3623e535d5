import numpy as np
import pytest

from lesionlab.core.errors import InputError
from lesionlab.study.subsets import groups_sha256, subset_data, subset_groups


def test_a_subset_has_about_as_many_images_as_asked_for_and_keeps_the_class_mix(tiny_data):
    part = tiny_data.part("train")
    for asked in (20, 40, 60):
        chosen = part.of_groups(subset_groups(part, asked, 0))
        assert abs(len(chosen.labels) - asked) <= len(part.classes)
        wanted = asked * np.bincount(part.labels) / len(part.labels)
        assert np.abs(np.bincount(chosen.labels, minlength=len(part.classes)) - wanted).max() <= 2


def test_a_smaller_subset_lies_within_a_larger_one_of_its_seed(tiny_data):
    part = tiny_data.part("train")
    small, middle, large = (subset_groups(part, asked, 3) for asked in (20, 40, 60))
    assert small < middle < large < set(part.groups)


def test_another_seed_draws_other_lesions(tiny_data):
    part = tiny_data.part("train")
    assert subset_groups(part, 30, 0) == subset_groups(part, 30, 0) != subset_groups(part, 30, 1)


def test_every_class_keeps_a_lesion(tiny_data):
    part = tiny_data.part("train")
    assert set(part.of_groups(subset_groups(part, len(part.classes), 0)).labels) == set(range(len(part.classes)))


def test_whoever_asks_for_nearly_all_gets_all(tiny_data):
    part = tiny_data.part("train")
    assert subset_groups(part, len(part.labels), 0) == set(part.groups)
    assert subset_data(tiny_data, frozenset(part.groups)) is tiny_data


@pytest.mark.parametrize("asked", [0, 6, 78])
def test_too_few_and_too_many_are_refused_with_the_numbers(tiny_data, asked):
    with pytest.raises(InputError, match=f"subset of {asked} images was asked for; the training part has 77 of 7"):
        subset_groups(tiny_data.part("train"), asked, 0)


def test_validation_stays_as_it_is_and_no_lesion_crosses_over(tiny_data):
    chosen = subset_groups(tiny_data.part("train"), 30, 0)
    smaller = subset_data(tiny_data, chosen)
    assert set(smaller.part("train").groups) == chosen
    assert smaller.part("validation").image_ids == tiny_data.part("validation").image_ids
    assert np.array_equal(smaller.part("validation").images(16), tiny_data.part("validation").images(16))
    assert groups_sha256(smaller.part("train")) != groups_sha256(tiny_data.part("train"))
