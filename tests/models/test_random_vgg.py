import functools
from collections.abc import Callable

import numpy as np
import pytest
import torch

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.errors import InputError
from lesionlab.data.procedural import procedural_lesion
from lesionlab.metrics.kid import kid
from lesionlab.metrics.spoilt import blurred
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


def test_features_depend_neither_on_the_batch_nor_on_the_number_of_threads(extractor):
    """But for what float32 sums in another order make of sixteen layers: a thousandth of what tells images apart."""
    images = calibration_images(16)[:5]
    together = extractor.features(images)
    alone = np.concatenate([extractor.features(image[None]) for image in images])
    np.testing.assert_allclose(alone, together, atol=5e-4)
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(before % 2 + 1)
        again = RandomVgg(0, 16)
        assert again.space == extractor.space
        np.testing.assert_allclose(again.features(images), together, atol=5e-4)
    finally:
        torch.set_num_threads(before)


def test_making_a_space_leaves_torch_s_own_draws_alone():
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    RandomVgg(2, 16)
    assert torch.equal(torch.rand(3), expected)


EACH, SIZE = 12, 32


@functools.cache
def lesions(first: int) -> np.ndarray:
    return np.stack([procedural_lesion(code, first + n, SIZE) for code in HAM10000_CODES for n in range(EACH)])


def noise(images: np.ndarray) -> np.ndarray:
    return np.clip(images + np.random.default_rng(5).normal(0, 20, images.shape), 0, 255).astype(np.uint8)


def grid(images: np.ndarray) -> np.ndarray:
    squares = np.indices((SIZE, SIZE)).sum(axis=0) % 2 * 50.0 - 25
    return np.clip(images + squares[None, ..., None], 0, 255).astype(np.uint8)


def swap(images: np.ndarray) -> np.ndarray:
    """Exchange naevi and vascular lesions."""
    return np.concatenate([images[: 5 * EACH], images[6 * EACH :], images[5 * EACH : 6 * EACH]])


HARM: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "blur": functools.partial(blurred, sigma_px=2),
    "more blur": functools.partial(blurred, sigma_px=4),
    "noise": noise,
    "grid": grid,
    "collapse": lambda images: np.repeat(images[::EACH], EACH, axis=0),
    "one class": lambda images: np.concatenate([images[5 * EACH : 6 * EACH]] * 7),
    "swap": swap,
}


@pytest.fixture(scope="module")
def spaces() -> list[RandomVgg]:
    return [RandomVgg(seed, SIZE) for seed in (0, 1, 2)]


@pytest.fixture(scope="module")
def real(spaces) -> list[np.ndarray]:
    return [space.features(lesions(0)) for space in spaces]


def macro_kid(real: list[np.ndarray], spaces: list[RandomVgg], images: np.ndarray) -> np.ndarray:
    """KID of each class, averaged, in each space: training and studies choose by it."""
    rows = [slice(start, start + EACH) for start in range(0, len(images), EACH)]
    seen = [space.features(images) for space in spaces]
    return np.array([np.mean([kid(one[r], other[r]) for r in rows]) for one, other in zip(real, seen, strict=True)])


def test_a_space_in_which_harm_does_not_show_is_not_used(spaces, real):
    floor = macro_kid(real, spaces, lesions(500))
    found = {name: macro_kid(real, spaces, harm(lesions(500))) for name, harm in HARM.items()}
    for values in found.values():
        assert (values > floor + 0.01).all()
        assert values.mean() > 5 * np.abs(floor).max()
    assert (found["more blur"] > found["blur"]).all()


def test_exchanged_classes_do_not_show_in_all_images_together(spaces, real):
    made = spaces[0].features(lesions(500))
    assert kid(real[0], swap(made)) == pytest.approx(kid(real[0], made), abs=1e-5)
