import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from lesionlab.core.errors import InputError
from lesionlab.metrics.neighbours import apart_from_itself, nearest


def features(n: int, seed: int = 0, d: int = 24) -> np.ndarray:
    return np.random.default_rng(seed).normal(3, 1, (n, d)).astype(np.float32)


def test_points_on_a_line_by_hand():
    line = np.array([[0.0], [1.0], [3.0], [7.0]], np.float32)
    found = nearest(line, line, 2, apart_from_itself(4))
    assert found.distances.tolist() == [[1, 3], [1, 2], [2, 3], [4, 6]]
    assert found.indices.tolist() == [[1, 2], [0, 2], [1, 0], [2, 1]]


def test_it_finds_what_scikit_learn_finds_over_several_blocks():
    rows, columns = features(600), features(400, 1)
    distances, indices = NearestNeighbors(n_neighbors=7, algorithm="brute").fit(columns.astype(float)).kneighbors(rows)
    found = nearest(rows, columns, 7)
    assert np.allclose(found.distances, distances, rtol=1e-9)
    assert np.array_equal(found.indices, indices)


def test_what_float32_cannot_tell_apart_is_decided_exactly():
    """Two columns whose distances differ by less than float32 resolves in the inner products: the nearer one wins."""
    far = features(300, d=128) * 50
    row = np.full((1, 128), 3.0, np.float32)
    columns = np.concatenate((far, row, row))
    columns[300, 5] += 1.0001e-3
    columns[301, 5] -= 1.0e-3
    found = nearest(row, columns, 2)
    assert found.indices[0].tolist() == [301, 300]
    assert found.distances[0] == pytest.approx([1.0e-3, 1.0001e-3], rel=1e-3)


def test_columns_of_a_row_s_own_group_are_passed_over():
    line = np.array([[0.0], [1.0], [3.0], [7.0]], np.float32)
    lesions = np.array([5, 5, 6, 6])
    found = nearest(line, line, 1, (lesions, lesions))
    assert found.indices[:, 0].tolist() == [2, 2, 1, 1]


@pytest.mark.parametrize("lesions", [3, 40, 900])
def test_few_lesions_of_many_images_are_passed_over_too(lesions):
    """Whole stretches of a row's columns may belong to its own lesion."""
    images = features(900)
    groups = np.arange(900) * lesions // 900
    found = nearest(images, images, 2, (groups, groups))
    exact = np.linalg.norm(images[:, None].astype(float) - images, axis=2)
    exact[groups[:, None] == groups] = np.inf
    assert np.array_equal(found.indices, np.argsort(exact, axis=1)[:, :2])
    assert np.allclose(found.distances, np.sort(exact, axis=1)[:, :2], rtol=1e-9)


def test_one_far_outlier_costs_no_neighbour():
    images = features(1_500)
    images[700] *= 1e4
    found = nearest(images, images, 3, apart_from_itself(1_500))
    distances, indices = NearestNeighbors(n_neighbors=4, algorithm="brute").fit(images.astype(float)).kneighbors(images)
    assert np.array_equal(found.indices, indices[:, 1:])
    assert np.allclose(found.distances, distances[:, 1:], rtol=1e-6)


def test_equal_points_are_at_no_distance_from_each_other():
    same = np.repeat(features(3), 100, axis=0)
    assert nearest(same, same, 5, apart_from_itself(300)).distances.max() == 0


@pytest.mark.parametrize("size", [1e-25, 1e25])
def test_neither_tiny_nor_huge_features_lose_their_order(size):
    rows, columns = features(50), features(40, 1)
    plain, scaled = nearest(rows, columns, 3), nearest(rows * np.float32(size), columns * np.float32(size), 3)
    assert np.array_equal(plain.indices, scaled.indices)
    assert np.allclose(scaled.distances / size, plain.distances, rtol=1e-5)


def test_too_few_others_are_refused():
    line = np.array([[0.0], [1.0], [3.0]], np.float32)
    with pytest.raises(InputError, match="Some image has 2 others to compare with, not 3"):
        nearest(line, line, 3, apart_from_itself(3))
    one_lesion = np.zeros(3, dtype=int)
    with pytest.raises(InputError, match="has 0 others"):
        nearest(line, line, 1, (one_lesion, one_lesion))
