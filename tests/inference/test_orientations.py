import numpy as np
import pytest

from lesionlab.inference.orientations import ORIENTATIONS, oriented, restored


def test_all_eight_views_differ_and_hold_the_same_pixels():
    images = np.random.default_rng(0).integers(0, 255, (2, 4, 4, 3), dtype=np.uint8)
    views = [oriented(images, number) for number in range(ORIENTATIONS)]
    assert len({view.tobytes() for view in views}) == 8
    assert len({tuple(sorted(view[1].ravel().tolist())) for view in views}) == 1
    assert np.array_equal(views[0], images)


def test_the_views_of_a_turned_image_are_those_of_the_image():
    images = np.random.default_rng(1).integers(0, 255, (1, 4, 4, 3), dtype=np.uint8)
    known = {oriented(images, number).tobytes() for number in range(ORIENTATIONS)}
    assert {oriented(oriented(images, 6), number).tobytes() for number in range(ORIENTATIONS)} == known


@pytest.mark.parametrize("orientation", range(ORIENTATIONS))
def test_maps_are_turned_back_as_the_image_was_turned(orientation):
    image = np.random.default_rng(0).integers(0, 256, (1, 4, 4, 3), dtype=np.uint8)
    maps = oriented(image, orientation)[0].transpose(2, 0, 1).astype(np.float32)
    assert np.array_equal(restored(maps, orientation), image[0].transpose(2, 0, 1))
