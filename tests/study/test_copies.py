import numpy as np
import pytest
import torch

from lesionlab.metrics.authenticity import authenticity, training_of
from lesionlab.study.copies import CopyDetector, views_of
from lesionlab.training.gan_monitor_images import random_spaces


@pytest.fixture(scope="module")
def spaces(one_thread):
    return random_spaces(16, torch.device("cpu"))[:2]


@pytest.fixture(scope="module")
def detector(tiny_data, spaces):
    return CopyDetector(tiny_data.part("train"), 16, spaces, views_of(tiny_data.part("validation").images(16), spaces))


def test_views_are_the_eight_of_a_square(spaces):
    image = np.arange(16 * 16 * 3, dtype=np.uint8).reshape(1, 16, 16, 3)
    seen = views_of(image, spaces[:1])[0]
    assert seen.shape == (8, 1, spaces[0].space.dims)
    turned = views_of(np.rot90(image, 1, axes=(1, 2)), spaces[:1])[0]
    key = lambda views: sorted(tuple(np.round(view[0], 4)) for view in views)  # noqa: E731
    assert np.allclose(key(seen), key(turned), atol=1e-3)
    assert len({tuple(np.round(view[0], 2)) for view in seen}) == 8


def test_a_ratio_is_the_geometric_mean_of_those_in_the_spaces(tiny_data, spaces, detector):
    part, images = tiny_data.part("train"), tiny_data.part("validation").images(16)
    groups = np.unique(part.groups, return_inverse=True)[1]
    views = views_of(images, spaces)
    apart = [
        authenticity(seen, training_of(space.features(part.images(16)), groups)).ratios
        for seen, space in zip(views, spaces, strict=True)
    ]
    assert np.allclose(detector.ratios(views), np.sqrt(apart[0] * apart[1]))


def test_training_images_turned_or_mirrored_are_copies_and_held_out_ones_are_not(tiny_data, spaces, detector):
    images = tiny_data.part("train").images(16)[:20]
    for plant in (images, np.rot90(images, 1, axes=(1, 2)), images[:, ::-1]):
        assert detector.share(views_of(plant, spaces)) == 1
    assert detector.share(views_of(tiny_data.part("validation").images(16), spaces)) == 0


def test_an_image_near_a_training_image_in_one_space_alone_is_no_copy(tiny_data, spaces, detector):
    copied, other = tiny_data.part("train").images(16)[:5], tiny_data.part("validation").images(16)[:5]
    blend = [views_of(copied + np.uint8(1), spaces[:1])[0], views_of(other, spaces[1:])[0]]
    both = views_of(copied + np.uint8(1), spaces)
    assert (detector.ratios(blend) > detector.ratios(both)).all()
