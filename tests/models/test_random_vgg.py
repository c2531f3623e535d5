import numpy as np
import pytest

from lesionlab.core.errors import InputError
from lesionlab.models.random_vgg import RandomVgg, calibration_images


@pytest.fixture(scope="module")
def extractor() -> RandomVgg:
    return RandomVgg(0, 16)


def test_the_same_seed_gives_the_same_space_and_another_seed_another(extractor):
    images = calibration_images(16)[:3]
    again, other = RandomVgg(0, 16), RandomVgg(1, 16)
    assert again.space == extractor.space != other.space
    assert extractor.space.name == "vgg19-random-0"
    np.testing.assert_allclose(again.features(images), extractor.features(images), atol=1e-5)
    assert np.abs(other.features(images) - extractor.features(images)).max() > 0.1


def test_every_block_tells_images_apart(extractor):
    found = extractor.features(calibration_images(16))
    assert found.shape == (64, extractor.space.dims) == (64, 368)
    for block in np.split(found, [16, 48, 112, 240], axis=1):
        assert block.std(axis=0).mean() > 0.05 * block.mean()


def test_images_that_are_not_of_the_space_are_refused(extractor):
    with pytest.raises(InputError, match="are not of vgg19-random-0@"):
        extractor.features(np.zeros((1, 32, 32, 3), np.uint8))
    assert extractor.features(np.zeros((0, 16, 16, 3), np.uint8)).shape == (0, 368)


def test_size_that_no_trunk_takes_is_refused():
    with pytest.raises(InputError, match="no images of 20 px"):
        RandomVgg(0, 20)
