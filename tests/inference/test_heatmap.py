from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from lesionlab.inference.heatmap import COLOURS, colours_of, enlarge, overlay, relative

SKIN = np.full((32, 32, 3), (214, 168, 142), np.uint8)


def _lightness(colour: np.ndarray) -> float:
    linear = np.where(colour <= 0.04045 * 255, colour / 255 / 12.92, ((colour / 255 + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_flat_map_draws_nothing():
    assert np.array_equal(overlay(SKIN, np.full((4, 4), 3.5, np.float32)), SKIN)


def test_zero_opacity_draws_nothing():
    assert np.array_equal(overlay(SKIN, np.eye(4, dtype=np.float32), 0.0), SKIN)


def test_most_evidence_is_covered_and_least_is_left():
    class_map = np.zeros((4, 4), np.float32)
    class_map[0, 0] = 9
    drawn = overlay(SKIN, class_map, 1.0)
    assert drawn.dtype == np.uint8
    assert drawn.shape == SKIN.shape
    assert np.array_equal(drawn[2, 2], COLOURS[-1].astype(np.uint8))
    assert np.array_equal(drawn[20:, 20:], SKIN[20:, 20:])


def test_place_is_kept():
    class_map = np.zeros((2, 2), np.float32)
    class_map[0, 1] = 1  # top right
    changed = np.abs(overlay(SKIN, class_map).astype(int) - SKIN).sum(axis=2)
    assert changed[:16, 16:].sum() > 3 * max(changed[:16, :16].sum(), changed[16:, 16:].sum(), changed[16:, :16].sum())


def test_shift_and_scale_of_a_map_change_nothing():
    class_map = np.random.default_rng(0).standard_normal((4, 4)).astype(np.float32)
    np.testing.assert_allclose(relative(class_map), relative(3 * class_map - 7), atol=1e-6)


def test_enlarging_stays_within_bounds():
    assert enlarge(np.array([[0.0, 1.0], [1.0, 0.0]]), 32, 48).shape == (32, 48)
    assert enlarge(np.eye(5), 40, 40).min() >= 0
    assert enlarge(np.eye(5), 40, 40).max() <= 1


def test_colours_grow_lighter_all_along():
    lights = [_lightness(colour) for colour in colours_of(np.linspace(0, 1, 33))]
    assert all(a < b for a, b in pairwise(lights))


@pytest.mark.parametrize("shape", [(1, 1), (4, 4), (8, 8), (64, 64)])
def test_maps_of_any_side_are_taken(shape):
    class_map = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    assert overlay(SKIN, class_map).shape == SKIN.shape
