import dataclasses

import numpy as np
import pytest
from small_reference import extractors, pictures, small_reference

from lesionlab.core.errors import ModelError
from lesionlab.inference.reference import read_reference, write_reference
from lesionlab.records.card import read_card


@pytest.fixture
def export(make_generator):
    return make_generator(groups_sha256="a" * 64)


def test_what_is_written_comes_back_to_the_bit(export):
    reference = small_reference(pictures(30, 0), "a" * 64)
    path = write_reference(export, reference)
    found = read_reference(export, read_card(export))
    assert (found.facts, found.held_out) == (reference.facts, reference.held_out)
    for space, expected in zip(found.spaces, reference.spaces, strict=True):
        assert np.array_equal(space.training.features, expected.training.features)
        assert np.array_equal(space.training.spreads, expected.training.spreads)
        assert np.array_equal(space.mean, expected.mean)
        assert np.array_equal(space.axes, expected.axes)
    with np.load(path, allow_pickle=False) as arrays:
        assert arrays["features_0"].dtype == np.int8
        assert all(arrays[name].dtype != object for name in arrays)


def test_the_features_are_of_mean_square_one_and_rounded_by_little():
    space = small_reference(pictures(200, 0), "a" * 64).spaces[0]
    assert space.training.features.shape == (200, 48)
    exact = space.project(extractors()[0].features(pictures(200, 0)))
    assert np.abs(space.training.features - exact).max() < 0.6 * space.steps.max()
    assert np.square(space.training.features).sum(axis=1).mean() == pytest.approx(1, abs=0.02)


def test_a_reference_that_is_missing_damaged_or_of_other_images_is_refused(export):
    card = read_card(export)
    with pytest.raises(ModelError, match=r"no reference\.npz.*gan reference"):
        read_reference(export, card)
    path = write_reference(export, small_reference(pictures(30, 0), "b" * 64))
    with pytest.raises(ModelError, match=r"training images bbbbbbbbbbbb.*saw aaaaaaaaaaaa"):
        read_reference(export, card)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(ModelError, match="damaged"):
        read_reference(export, dataclasses.replace(card, groups_sha256="b" * 64))
