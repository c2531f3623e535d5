import numpy as np
import pytest

from lesionlab.metrics import gram
from lesionlab.metrics.gram import points, read


def features(n: int, seed: int = 0, d: int = 24) -> np.ndarray:
    return np.random.default_rng(seed).normal(3, 1, (n, d)).astype(np.float32)


@pytest.mark.parametrize("n", [1, 31, 512, 513, 1300])
def test_every_reader_gets_every_inner_product_once(n):
    one, other = points(features(n), features(70, 1))
    products, times = np.zeros((n, 70)), np.zeros(n, int)

    def keep(rows: slice, block: np.ndarray) -> None:
        products[rows] = block

    def count(rows: slice, block: np.ndarray) -> None:
        times[rows] += 1

    read(one, other, keep, count)
    assert (times == 1).all()
    assert np.allclose(products, one.near.astype(float) @ other.near.T, atol=1e-5)


def test_the_result_does_not_depend_on_the_number_of_cores(monkeypatch):
    one, other = points(features(1_300), features(600, 1))
    found = []
    for cores in (1, 2, 5):
        monkeypatch.setattr(gram, "cores", lambda cores=cores: cores)
        products = np.zeros((1_300, 600), np.float32)
        read(one, other, lambda rows, block, products=products: products.__setitem__(rows, block))
        found.append(products)
    assert np.array_equal(found[0], found[1])
    assert np.array_equal(found[0], found[2])


def test_what_fails_in_a_reader_fails_the_reading():
    (one,) = points(features(1_300))

    def fail(rows: slice, block: np.ndarray) -> None:
        if rows.start > 600:
            raise MemoryError

    with pytest.raises(MemoryError):
        read(one, one, fail)


@pytest.mark.parametrize(("shift", "size"), [(0, 1), (300, 1), (0, 1e20)])
def test_bounds_are_never_above_the_exact_distance_and_close_to_it(shift, size):
    one, other = points(*((features(40, seed, d=512) + np.float32(shift)) * np.float32(size) for seed in (0, 1)))
    rows, columns = (index.ravel() for index in np.indices((40, 40)))
    exact = one.exact_squared(rows, other, columns).reshape(40, 40)
    bounds = one.at_least(slice(0, 40), one.near @ other.near.T, other)
    assert (bounds <= exact).all()
    assert np.allclose(bounds, exact, rtol=1e-3)


def test_the_copies_lie_about_the_common_centre_with_norms_about_one():
    one, other = points(features(200) * 1e6 + 7e6, features(100, 1) * 1e6)
    assert np.allclose(np.concatenate((one.near, other.near)).mean(axis=0), 0, atol=1e-6)
    assert 0.4 < np.concatenate((one.squares, other.squares)).mean() < 2.5
    assert np.log2(one.scale) == round(np.log2(one.scale))


def test_equal_points_have_a_scale_too():
    (same,) = points(np.full((4, 3), 5, np.float32))
    assert same.scale == 1
    assert not same.near.any()
