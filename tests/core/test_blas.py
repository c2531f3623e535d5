from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from lesionlab.core.blas import one_blas_thread


def threads() -> set[int]:
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


@pytest.fixture
def three() -> Iterator[None]:
    with threadpool_limits(3, user_api="blas"):
        yield


@pytest.mark.usefixtures("three")
def test_products_run_on_one_thread_within_and_on_as_many_as_before_afterwards():
    with one_blas_thread():
        assert threads() == {1}
        with one_blas_thread():
            assert threads() == {1}
        assert threads() == {1}
    assert threads() == {3}


@pytest.mark.usefixtures("three")
def test_the_limit_holds_for_the_threads_that_are_started_within():
    with one_blas_thread(), ThreadPoolExecutor(1) as pool:
        assert pool.submit(threads).result() == {1}


@pytest.mark.usefixtures("three")
def test_an_error_within_lifts_the_limit_too():
    with pytest.raises(ZeroDivisionError), one_blas_thread():
        raise ZeroDivisionError
    assert threads() == {3}


def test_the_last_of_two_threads_to_leave_lifts_the_limit():
    before, both_within, one_left = threads(), Barrier(2), Barrier(2)

    def first() -> None:
        with one_blas_thread():
            both_within.wait()
        one_left.wait()

    def last() -> set[int]:
        with one_blas_thread():
            both_within.wait()
            one_left.wait()
            return threads()

    with ThreadPoolExecutor(2) as pool:
        found = [each.result() for each in [pool.submit(first), pool.submit(last)]]
    assert found[1] == {1}
    assert threads() == before


@pytest.mark.usefixtures("three")
def test_it_decorates_a_function():
    @one_blas_thread()
    def product() -> tuple[float, set[int]]:
        return float((np.ones((2, 3)) @ np.ones((3, 2))).sum()), threads()

    assert product() == (12.0, {1})
    assert threads() == {3}
