"""Bias-corrected temperature scaling (Alexandari et al. 2020, arXiv 1901.06852): one temperature, one bias a class.

Training that balances the classes shifts the prior, which a temperature alone cannot mend; the biases do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import DataError
from lesionlab.metrics.classification import softmax

Floats = NDArray[np.floating]
Labels = NDArray[np.int64]
Doubles = NDArray[np.float64]

# In units of one case: it moves the expected count of a class of 8 by a third of a case at most, and keeps the
# temperature above 0 and finite where the classes can be told apart without a mistake.
RIDGE = 0.1
MOST_STEPS = 100
ENOUGH = 1e-8  # the gain in likelihood of a Newton step below which the minimum is reached


@dataclass(frozen=True, eq=False)
class Scaling:
    """What makes probabilities of logits: softmax(logits / temperature + biases), biases float64 [C]."""

    temperature: float
    biases: Doubles

    def probabilities(self, logits: Floats) -> NDArray[np.float32]:
        """Return the probabilities of logits [..., C]: float32, summing to one."""
        return softmax(logits / self.temperature + self.biases)


def fit_scaling(logits: Floats, labels: Labels, weights: Floats) -> Scaling:
    """Fit temperature and biases to logits [n, C] and labels [n] by likelihood, each row counting `weights` [n].

    Newton's method on the slope 1 / temperature and the biases, in which the likelihood is convex.

    Raises:
        DataError: there is no row, a label lies outside the classes, or a logit is no number.
    """
    n, classes = logits.shape
    if not n or not np.isfinite(logits).all() or labels.min() < 0 or labels.max() >= classes:
        raise DataError(
            f"Probabilities cannot be fitted to {n:,} images of {classes} classes: a logit is no number, or a label "
            "lies outside the class list.",
            "Train the model again, or calibrate it on data with its own class list.",
        )
    problem = _Problem(np.asarray(logits, np.float64), np.eye(classes)[labels], np.asarray(weights, np.float64))
    at = np.concatenate(([1.0], np.zeros(classes)))
    for _ in range(MOST_STEPS):
        gradient, hessian = problem.slopes(at)
        step = -np.linalg.solve(hessian, gradient)
        gain = -float(gradient @ step)
        if gain < ENOUGH:
            break
        length = 1.0
        while (
            at[0] + length * step[0] <= 0 or problem.loss(at + length * step) > problem.loss(at) - 1e-4 * length * gain
        ):
            length /= 2
        at = at + length * step
    return Scaling(1 / float(at[0]), at[1:] - at[1:].mean())


@dataclass(frozen=True, eq=False)
class _Problem:
    """Negative log-likelihood and its slopes at (slope, biases), with a ridge about slope 1 and no bias."""

    logits: Doubles
    truth: Doubles  # one-hot
    weights: Doubles

    def loss(self, at: Doubles) -> float:
        scores = at[0] * self.logits + at[1:]
        highest = scores.max(axis=1)
        of_rows = highest + np.log(np.exp(scores - highest[:, None]).sum(axis=1)) - (scores * self.truth).sum(axis=1)
        ridge = at[1:] @ at[1:] / 2 + at[0] - 1 - np.log(at[0])
        return float(self.weights @ of_rows + RIDGE * ridge)

    def slopes(self, at: Doubles) -> tuple[Doubles, Doubles]:
        scores = at[0] * self.logits + at[1:]
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        weighted = shares * self.weights[:, None]
        mean = (shares * self.logits).sum(axis=1, keepdims=True)
        off = (shares - self.truth) * self.weights[:, None]
        gradient = np.concatenate(([(off * self.logits).sum()], off.sum(axis=0)))
        gradient += RIDGE * np.concatenate(([1 - 1 / at[0]], at[1:]))
        hessian = np.empty((len(at), len(at)))
        hessian[0, 0] = (weighted * (self.logits - mean) ** 2).sum() + RIDGE / at[0] ** 2
        hessian[0, 1:] = hessian[1:, 0] = (weighted * (self.logits - mean)).sum(axis=0)
        hessian[1:, 1:] = np.diag(weighted.sum(axis=0) + RIDGE) - shares.T @ weighted
        return gradient, hessian
