import numpy as np

from lesionlab.metrics.spoilt import blurred, blurs


def test_a_blur_spreads_a_point_and_keeps_flat_images():
    images = np.full((2, 33, 33, 3), 100, np.uint8)
    images[1, 16, 16] = 250
    soft = blurred(images, 2)
    assert (soft[0] == 100).all()
    assert 100 < soft[1, 16, 18, 0] < soft[1, 16, 16, 0] < 250


def test_the_wider_the_blur_the_less_is_left():
    images = np.random.default_rng(0).integers(0, 255, (3, 16, 16, 3), dtype=np.uint8)
    found = blurs(images)
    assert list(found) == ["blur 1 px", "blur 2 px", "blur 4 px"]
    left = [soft.astype(float).std() for soft in found.values()]
    assert left == sorted(left, reverse=True)
