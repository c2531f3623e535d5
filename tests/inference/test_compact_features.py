import numpy as np
import pytest

from lesionlab.inference.compact_features import axes_of


@pytest.fixture(scope="module")
def features() -> np.ndarray:
    draw = np.random.default_rng(0)
    return (draw.normal(size=(500, 6)) * (8, 4, 2, 1, 0.1, 0.1) + 3).astype(np.float32)


def test_along_all_axes_distances_are_those_of_the_features_but_for_the_unit(features):
    axes = axes_of(features, 6)
    along = axes.project(features)
    assert np.square(along).sum(axis=1).mean() == pytest.approx(1, abs=0.01)
    before, after = (np.linalg.norm(each[:50] - each[50:100], axis=1) for each in (features, along))
    assert after / before == pytest.approx(np.full(50, after[0] / before[0]), rel=1e-4)


def test_what_is_kept_is_a_byte_and_comes_back_within_half_a_step(features):
    axes = axes_of(features, 4)
    kept = axes.bytes_of(axes.project(features))
    assert (kept.dtype, kept.shape) == (np.int8, (500, 4))
    assert np.abs(kept).max(axis=0).tolist() == [127] * 4
    assert np.array_equal(axes.restored(kept), axes.rounded(features))
    assert (np.abs(axes.rounded(features) - axes.project(features)) <= 0.51 * axes.steps).all()


def test_what_was_rounded_once_is_kept_to_the_bit(features):
    axes = axes_of(features, 4)
    rounded = axes.rounded(features)
    assert np.array_equal(axes.restored(axes.bytes_of(rounded)), rounded)
