from dataclasses import replace

import numpy as np
import pytest

from lesionlab.core.errors import InputError
from lesionlab.metrics.space import Embedded, FeatureSpace, check_comparable

SPACE = FeatureSpace("vgg19-random-0", "ab" * 32, 4, 64)


def embedded(n: int, space: FeatureSpace = SPACE) -> Embedded:
    return Embedded(space, np.zeros((n, space.dims), np.float32))


def test_a_space_is_named_with_the_hash_of_its_weights_and_the_size_of_its_images():
    assert SPACE.key == "vgg19-random-0@abababababab/64px"


def test_one_space_and_one_n_may_be_compared():
    check_comparable(embedded(5), embedded(5))


@pytest.mark.parametrize("other", [{"sha256": "cd" * 32}, {"name": "x"}, {"dims": 5}, {"image_size_px": 128}])
def test_another_space_is_refused(other):
    with pytest.raises(InputError, match=r"cannot be compared with features of .* Extract both sets with one"):
        check_comparable(embedded(5), embedded(5, replace(SPACE, **other)))


def test_another_number_of_images_is_refused():
    with pytest.raises(InputError, match="1,000 images cannot be compared with 999"):
        check_comparable(embedded(1000), embedded(999))


def test_features_that_are_not_of_their_space_are_refused():
    with pytest.raises(InputError, match="which has 4 dimensions"):
        Embedded(SPACE, np.zeros((5, 3), np.float32))
    with pytest.raises(InputError, match="1 of 5 images are not finite"):
        Embedded(SPACE, np.array([[np.inf] * 4] + [[0.0] * 4] * 4, np.float32))
