import numpy as np
import pytest

from lesionlab.core.errors import InputError
from lesionlab.data.negatives import KINDS, negative, negatives


@pytest.fixture(scope="module")
def drawn() -> np.ndarray:
    return negatives(2, 32)


def test_each_kind_is_drawn_and_no_two_pictures_are_alike(drawn):
    assert drawn.shape == (2 * len(KINDS), 32, 32, 3)
    assert drawn.dtype == np.uint8
    assert len({picture.tobytes() for picture in drawn}) == len(drawn)
    assert len(KINDS) >= 40


def test_no_kind_is_a_single_colour(drawn):
    flat = [kind for number, kind in enumerate(KINDS) if drawn[2 * number].reshape(-1, 3).std(axis=0).max() < 1]
    assert flat == []


@pytest.mark.parametrize("kind", ["gradient", "balls", "collage"])
def test_a_seed_gives_one_picture_again_alone_or_among_others(drawn, kind):
    number = list(KINDS).index(kind)
    assert np.array_equal(negative(kind, 1, 32), drawn[2 * number + 1])
    assert not np.array_equal(negative(kind, 2, 32), drawn[2 * number + 1])


def test_a_picture_is_the_same_at_every_size():
    small, large = negative("plate", 3, 16), negative("plate", 3, 64)
    means = large.reshape(16, 4, 16, 4, 3).mean(axis=(1, 3))
    assert np.abs(means - small).mean() < 6


def test_a_kind_that_is_not_there_is_told():
    with pytest.raises(InputError, match=r"no kind 'gradiant'.*Did you mean 'gradient'"):
        negative("gradiant", 0, 32)
    with pytest.raises(InputError, match="Seed -1"):
        negative("gradient", -1, 32)
