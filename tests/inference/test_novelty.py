import numpy as np
import pytest
from pixel_space import PixelSpace
from small_reference import extractors, pictures, small_reference

from lesionlab.core.errors import ModelError
from lesionlab.inference.novelty import Novelty, combined
from lesionlab.inference.orientations import oriented
from lesionlab.inference.reference import write_reference

TRAINING = pictures(60, 0)


@pytest.fixture
def novelty(make_generator):
    folder = make_generator(groups_sha256="a" * 64)
    write_reference(folder, small_reference(TRAINING, "a" * 64))
    return Novelty(folder, extractors()[::-1])


def test_a_copy_is_withheld_in_whichever_orientation_and_a_picture_of_its_own_is_not(novelty):
    copies = np.concatenate([oriented(TRAINING[[number]], number) for number in range(8)])
    assert novelty.withheld(copies).tolist() == [True] * 8
    assert novelty.ratios(copies).max() < 0.05
    own = pictures(40, 1)
    assert not novelty.withheld(own).any()
    assert np.median(novelty.ratios(own)) > 0.7


def test_it_tells_which_training_image_and_how_it_was_turned(novelty):
    image = oriented(TRAINING[[17]], 3)
    found = novelty.compare(image)
    assert found.nearest.tolist() == [17]
    assert np.array_equal(oriented(image, int(found.orientations[0])), TRAINING[[17]])
    assert found.by_space.shape == (2, 1)


def test_the_nearer_the_lower(novelty):
    other = pictures(60, 1).astype(float)
    blends = [np.rint(share * TRAINING + (1 - share) * other).astype(np.uint8) for share in (1, 0.9, 0.7, 0)]
    medians = [float(np.median(novelty.ratios(images))) for images in blends]
    assert medians == sorted(medians)
    assert novelty.limit == 0.5


def test_being_near_in_one_space_alone_counts_half():
    assert combined(np.array([[0.25, 1.0], [1.0, 1.0]])).tolist() == [0.5, 1.0]


def test_another_extractor_is_refused(make_generator):
    folder = make_generator(groups_sha256="a" * 64)
    write_reference(folder, small_reference(TRAINING, "a" * 64))
    with pytest.raises(ModelError, match=r"made with squares-2@0\.5.*at hand are squares-4@1\.0"):
        Novelty(folder, [PixelSpace(8)])
