from __future__ import annotations

import numpy as np
import pytest

from lesionlab.curate.duplicates_search import near_hashes, nearest, unordered


@pytest.fixture
def draw() -> np.random.Generator:
    return np.random.default_rng(3)


def test_near_hashes_are_those_of_a_plain_loop(draw):
    hashes = draw.integers(0, 2**64, (150, 8), np.uint64)
    hashes[20, 5] = hashes[100, 0] ^ np.uint64(0b1011)
    hashes[30, 2] = hashes[31, 0]
    plain = [
        (row, column)
        for row in range(150)
        for column in range(150)
        if min(int(a ^ hashes[column, 0]).bit_count() for a in hashes[row]) <= 12
    ]
    found = near_hashes(hashes, hashes[:, 0], 12)
    assert [tuple(pair) for pair in found] == plain
    assert {(20, 100), (30, 31)} <= set(plain)


def test_nearest_are_those_of_a_full_sort(draw):
    vectors = draw.normal(size=(400, 20)).astype(np.float32)
    own = np.arange(400)
    found = nearest(vectors, vectors, 5, own, own)
    products = vectors @ vectors.T
    np.fill_diagonal(products, -np.inf)
    for row in (0, 7, 399):
        assert set(found[found[:, 0] == row, 1]) == set(np.argsort(-products[row])[:5])


def test_no_neighbour_is_of_the_own_group(draw):
    vectors = draw.normal(size=(60, 8)).astype(np.float32)
    groups = np.arange(60) // 3
    found = nearest(vectors, vectors, 10, groups, groups)
    assert len(found) == 600
    assert not (groups[found[:, 0]] == groups[found[:, 1]]).any()


def test_fewer_than_asked_for_are_all_there_are(draw):
    vectors = draw.normal(size=(4, 8)).astype(np.float32)
    own = np.arange(4)
    assert len(nearest(vectors, vectors, 50, own, own)) == 12


def test_unordered_pairs_are_there_once():
    pairs = np.array([[3, 1], [1, 3], [2, 2], [0, 5]])
    assert unordered(pairs).tolist() == [[0, 5], [1, 3]]
