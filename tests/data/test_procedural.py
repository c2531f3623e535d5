from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.errors import InputError
from lesionlab.data.procedural import procedural_lesion, procedural_view

CHANCE = 1 / len(HAM10000_CODES)


@pytest.mark.parametrize("diagnosis", HAM10000_CODES)
@pytest.mark.parametrize("size_px", [8, 33, 64])
def test_any_size_is_drawn(diagnosis: str, size_px: int) -> None:
    image = procedural_lesion(diagnosis, 1, size_px)
    assert (image.shape, image.dtype) == ((size_px, size_px, 3), np.uint8)
    assert image.std() > 4


@pytest.mark.parametrize("diagnosis", HAM10000_CODES)
def test_the_seed_decides(diagnosis: str) -> None:
    image = procedural_lesion(diagnosis, 7, 32)
    np.testing.assert_array_equal(image, procedural_lesion(diagnosis, 7, 32))
    assert np.abs(image.astype(int) - procedural_lesion(diagnosis, 8, 32)).mean() > 2


@pytest.mark.parametrize("diagnosis", HAM10000_CODES)
def test_the_same_lesion_appears_at_every_size(diagnosis: str) -> None:
    small = procedural_lesion(diagnosis, 3, 32).astype(float)
    large = np.asarray(Image.fromarray(procedural_lesion(diagnosis, 3, 128)).resize((32, 32), Image.Resampling.BOX))
    other = procedural_lesion(diagnosis, 4, 32).astype(float)
    assert np.abs(small - large).mean() < 6 < np.abs(small - other).mean()


def test_another_view_is_another_picture_of_the_same_lesion() -> None:
    first, second = (procedural_view("nv", 5, view, 48) for view in (0, 1))
    np.testing.assert_array_equal(first, procedural_lesion("nv", 5, 48))
    assert np.abs(first.astype(int) - second).mean() > 1
    stranger = [procedural_lesion("nv", seed, 48).astype(float).mean((0, 1)) for seed in range(20, 60)]
    apart = np.linalg.norm(np.array(stranger) - first.mean((0, 1)), axis=1)
    assert np.linalg.norm(first.mean((0, 1)) - second.mean((0, 1))) < np.median(apart)


def ring_profile(image: np.ndarray) -> np.ndarray:
    """Return colours of rings against the outermost one, and the spread in each: what a glance tells."""
    axis = (np.arange(len(image)) + 0.5) / len(image) * 2 - 1
    ring = np.digitize(np.hypot(axis[:, None], axis[None]), [0.25, 0.5, 0.75, 1.0])
    values = np.log1p(image.astype(float))
    means = np.array([values[ring == number].mean(0) for number in range(5)])
    spreads = np.array([values[ring == number].std(0) for number in range(4)])
    return np.concatenate(((means[:4] - means[4]).ravel(), spreads.ravel()))


def colour_histogram(image: np.ndarray) -> np.ndarray:
    return np.sqrt(np.bincount((image // 64).reshape(-1, 3) @ [16, 4, 1], minlength=64) / image[..., 0].size)


@pytest.fixture(scope="module")
def drawn() -> np.ndarray:
    """Drawn lesions: uint8 [7 classes, 36, 16, 16, 3]."""
    return np.array([[procedural_lesion(code, seed, 16) for seed in range(36)] for code in HAM10000_CODES])


@pytest.mark.parametrize(("features", "at_least"), [(ring_profile, 0.6), (colour_histogram, 2 * CHANCE)])
def test_a_trivial_classifier_tells_the_classes_apart(
    drawn: np.ndarray, features: Callable[[np.ndarray], np.ndarray], at_least: float
) -> None:
    values = np.array([[features(image) for image in images] for images in drawn])
    seen, unseen = values[:, :24], values[:, 24:]
    spread = (seen - seen.mean(1, keepdims=True)).std((0, 1)) + 1e-3
    centres = seen.mean(1) / spread
    nearest = np.linalg.norm(unseen[:, :, None] / spread - centres, axis=-1).argmin(-1)
    assert (nearest == np.arange(len(HAM10000_CODES))[:, None]).mean() > at_least


def test_an_unknown_diagnosis_is_refused() -> None:
    with pytest.raises(InputError, match="Unknown diagnosis 'melanoma'"):
        procedural_lesion("melanoma", 0, 32)


@pytest.mark.parametrize("seed", [-1, 2**53])
def test_seeds_out_of_range_are_refused(seed: int) -> None:
    with pytest.raises(InputError, match="outside"):
        procedural_lesion("nv", seed, 32)


@pytest.mark.parametrize("size_px", [0, 7, 1025])
def test_sizes_out_of_range_are_refused(size_px: int) -> None:
    with pytest.raises(InputError, match="not accepted"):
        procedural_lesion("nv", 0, size_px)
