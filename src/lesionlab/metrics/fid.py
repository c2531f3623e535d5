"""Frechet distance between two sets of features, each taken for a normal distribution (Heusel 2017, section 2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.blas import one_blas_thread
from lesionlab.metrics.space import Features, check_sets

LEAST_IMAGES = 2048  # under these, papers do not report it
ROWS_AT_ONCE = 4096


@dataclass(frozen=True)
class Moments:
    """Mean [d] and covariance [d, d] of n features, float64."""

    n: int
    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]


@one_blas_thread()
def moments(features: Features) -> Moments:
    """Return mean and covariance (divisor n - 1) of float32 [n, d], n at least 2."""
    mean = features.mean(axis=0, dtype=np.float64)
    products = np.zeros((features.shape[1], features.shape[1]))
    for start in range(0, len(features), ROWS_AT_ONCE):
        centred = features[start : start + ROWS_AT_ONCE] - mean
        products += centred.T @ centred
    return Moments(len(features), mean, products / (len(features) - 1))


def fid(real: Features, fake: Features) -> float:
    """Return the Frechet distance of float32 [n, d] and [m, d]; `fid_caveat` says when n is too small for it.

    Raises:
        InputError: fewer than 2 images in a set, different widths, or values not finite.
    """
    check_sets(real, fake, 2)
    return frechet(moments(real), moments(fake))


@one_blas_thread()
def frechet(real: Moments, fake: Moments) -> float:
    """Return |m - n|^2 + tr(A) + tr(B) - 2 tr((A B)^(1/2)) of means m, n and covariances A, B.

    A B has the eigenvalues of the symmetric A^(1/2) B A^(1/2), whose roots add up to the last trace.
    """
    values, vectors = np.linalg.eigh(real.covariance)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    product = root @ fake.covariance @ root
    roots = np.sqrt(np.maximum(np.linalg.eigvalsh((product + product.T) / 2), 0))
    apart = real.mean - fake.mean
    traces = np.trace(real.covariance) + np.trace(fake.covariance)
    return float(apart @ apart + traces - 2 * roots.sum())


def fid_caveat(n_real: int, n_fake: int, dims: int) -> str:
    """Return what must be said beside a Frechet distance of so few images, or nothing where they are enough."""
    n = min(n_real, n_fake)
    if n <= dims:
        return f"rank deficient: {n:,} images span fewer than the {dims:,} dimensions; compare at this n only"
    if n < LEAST_IMAGES:
        return f"biased upwards: {n:,} images are under {LEAST_IMAGES:,}; compare at this n only"
    return ""
