import numpy as np
import pytest

from lesionlab.core.errors import InputError
from lesionlab.records.feature_space import FeatureSpace

SPACE = FeatureSpace("vgg19-random-0", "0123456789abcdef" * 4, 368, 64)


def test_key_tells_name_hash_and_size():
    assert SPACE.key == "vgg19-random-0@0123456789ab/64px"


def test_images_of_its_size_pass_and_no_others():
    SPACE.check_images(np.zeros((0, 64, 64, 3), np.uint8))
    for images in (np.zeros((1, 32, 32, 3), np.uint8), np.zeros((64, 64, 3), np.uint8), np.zeros((1, 64, 64, 3))):
        with pytest.raises(InputError, match=r"vgg19-random-0@0123456789ab/64px") as caught:
            SPACE.check_images(images)
        assert "[n, 64, 64, 3]" in caught.value.cure
