import numpy as np

from lesionlab.inference.levelled import levelled


def test_tone_and_contrast_go_and_the_drawing_stays():
    image = np.random.default_rng(0).integers(80, 180, (1, 16, 16, 3)).astype(np.uint8)
    tinted = np.rint(image * np.array([1.2, 1.0, 0.8]) + 10).astype(np.uint8)
    assert np.abs(tinted.astype(int) - image).max() > 20
    assert np.abs(levelled(tinted).astype(int) - levelled(image)).max() <= 3
    channels = levelled(image)[0].reshape(-1, 3)
    assert np.allclose(channels.mean(axis=0), (190, 150, 150), atol=2)
    assert np.allclose(channels.std(axis=0), 36, atol=2)


def test_a_flat_image_stays_flat_and_each_image_is_levelled_alone():
    images = np.stack([np.full((4, 4, 3), 90, np.uint8), np.full((4, 4, 3), 200, np.uint8)])
    assert len(np.unique(levelled(images), axis=0)) == 1
