from __future__ import annotations

import itertools

import numpy as np
import pytest

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.seeds import latent
from lesionlab.inference.latent import latent_of, mix_of, slerp
from lesionlab.inference.recipe import Between, KeptLatent, Recipe

DIM = 128


def test_an_arc_between_right_angles_is_known():
    x, y = np.array([2, 0], np.float32), np.array([0, 2], np.float32)
    np.testing.assert_allclose(slerp(x, y, 1 / 3), [2 * np.cos(np.pi / 6), 2 * np.sin(np.pi / 6)], rtol=1e-6)


def test_an_arc_stays_on_the_sphere_where_a_line_would_leave_it():
    a, b = latent(1, DIM), latent(2, DIM)
    middle = slerp(a, b, 0.5)
    lengths = [float(np.linalg.norm(each)) for each in (a, middle, b)]
    assert min(lengths[0], lengths[2]) * 0.97 < lengths[1] < max(lengths[0], lengths[2]) * 1.03
    assert np.linalg.norm((a + b) / 2) < 0.8 * lengths[1]


def test_steps_of_equal_position_turn_by_equal_angles():
    a, b = latent(1, DIM), latent(2, DIM)
    b *= np.linalg.norm(a) / np.linalg.norm(b)
    points = [slerp(a, b, k / 4) for k in range(5)]
    cosines = [float(p @ q / np.linalg.norm(p) / np.linalg.norm(q)) for p, q in itertools.pairwise(points)]
    np.testing.assert_allclose(cosines, cosines[0], atol=1e-5)


@pytest.mark.parametrize("position", [0, 0.0, 1, 1.0])
def test_the_ends_come_back_to_the_bit(position):
    a, b = latent(1, DIM), latent(2, DIM)
    assert slerp(a, b, position).tobytes() == (a, b)[int(position)].tobytes()


def test_walking_back_meets_the_same_points():
    a, b = latent(1, DIM), latent(2, DIM)
    assert np.array_equal(slerp(a, b, 0.25), slerp(b, a, 0.75))


@pytest.mark.parametrize("position", [0, 0.3, 1])
def test_equal_and_empty_ends_have_a_way_between_them(position):
    a = latent(1, DIM)
    np.testing.assert_allclose(slerp(a, a, position), a, rtol=1e-6)
    np.testing.assert_allclose(slerp(np.zeros_like(a), a, position), position * a, rtol=1e-6)
    assert np.isfinite(slerp(a, -a, position)).all()


def test_mix_is_one_hot_and_linear_between_diagnoses():
    nv, mel = Recipe(1, "nv"), Recipe(2, "mel")
    assert mix_of(nv, HAM10000_CODES).tolist() == [0, 0, 0, 0, 0, 1, 0]
    assert mix_of(Between(nv, mel, 0.25), HAM10000_CODES).tolist() == [0, 0, 0, 0, 0.25, 0.75, 0]
    assert mix_of(Between(nv, Recipe(9, "nv"), 0.3), HAM10000_CODES).tolist() == [0, 0, 0, 0, 0, 1, 0]


def test_a_kept_latent_is_taken_as_it_is():
    kept = KeptLatent(tuple(latent(5, DIM).tolist()), "nv")
    assert np.array_equal(latent_of(kept, DIM), latent_of(Recipe(5, "nv"), DIM))
