import dataclasses

import numpy as np
import pytest
from pixel_space import PixelSpace

from lesionlab.core.errors import DataError
from lesionlab.evaluation.reference import held_out_part, learned_part, make_reference
from lesionlab.inference.novelty import compare, views
from lesionlab.records.card import read_card
from lesionlab.records.seen_groups import SeenGroups, SeenImage, read_seen_groups

SPACES = [PixelSpace(16), PixelSpace(16, side=2)]


@pytest.fixture(scope="module")
def seen(tiny_generator):
    return read_seen_groups(tiny_generator, read_card(tiny_generator))


def test_the_training_images_come_in_the_order_of_the_groups_file(tiny_data, seen):
    part = learned_part(tiny_data, seen)
    assert list(part.image_ids) == [row.image_id for row in seen.rows if row.use == "train"]
    assert list(part.groups) == [row.group for row in seen.rows if row.use == "train"]
    whole = tiny_data.part("train")
    row = whole.image_ids.index(part.image_ids[5])
    assert (part.labels[5], part.lesions[5]) == (whole.labels[row], whole.lesions[row])
    assert np.array_equal(part.images(16)[5], whole.images(16)[row])


def test_images_elsewhere_than_in_the_training_part_are_refused(tiny_data, seen):
    strange = SeenGroups((*seen.rows, SeenImage("g", tiny_data.part("validation").image_ids[0], "train")))
    with pytest.raises(DataError, match=r"^1 of the .* not in the training part of 'tiny'"):
        learned_part(tiny_data, strange)


def test_lesions_that_were_learned_from_are_not_held_out(tiny_data, seen):
    part = tiny_data.part("validation")
    assert held_out_part(tiny_data, seen).image_ids == part.image_ids
    known = SeenGroups((*seen.rows, SeenImage(part.groups[0], "x", "train")))
    assert part.groups[0] not in held_out_part(tiny_data, known).groups
    with pytest.raises(DataError, match="learned from every lesion"):
        held_out_part(tiny_data, SeenGroups(tuple(SeenImage(group, "x", "train") for group in part.groups)))


def test_limits_let_one_held_out_image_in_a_hundred_ring_in_each_space_and_in_both(tiny_data, seen):
    held_out = held_out_part(tiny_data, seen)
    found = make_reference(learned_part(tiny_data, seen), held_out, seen.sha256, 16, SPACES)
    facts = found.facts
    one, other = (space.space for space in SPACES)
    assert (facts.spaces, facts.levelled) == ((one, other, other), (False, False, True))
    assert facts.key == f"{one.key} & {other.key}"
    assert (facts.part, facts.split_sha256, facts.groups_sha256) == ("validation", tiny_data.split.sha256, seen.sha256)
    compared = compare(views(held_out.images(16), [*SPACES, SPACES[1]], found.spaces), found.spaces)
    assert facts.limits == tuple(compared.by_space.min(axis=1))  # of fewer than a hundred, none
    assert facts.limit == compared.ratios.min()
    assert found.held_out.images() == set(held_out.image_ids)
    assert found.labels.tolist() == learned_part(tiny_data, seen).labels.tolist()


def test_a_size_that_is_not_prepared_is_told(tiny_data, seen):
    part = dataclasses.replace(learned_part(tiny_data, seen))
    with pytest.raises(DataError, match="not at 64 px"):
        make_reference(part, held_out_part(tiny_data, seen), seen.sha256, 64, SPACES)
