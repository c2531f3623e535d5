"""Three ways to balance classes, on a world of which all probabilities are known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from lesionlab.core.errors import DataError
from lesionlab.records.options import ClassifierOptions
from lesionlab.training.class_balance import ClassBalance, class_balance

CLASSES = ("bcc", "df", "nv")
COUNTS = np.array([60, 20, 320])
LABELS = np.repeat(np.arange(3), COUNTS)
# How often each class looks like one of four pictures: rows are classes and sum to one.
LOOKS = torch.tensor([[0.7, 0.1, 0.1, 0.1], [0.1, 0.6, 0.2, 0.1], [0.05, 0.15, 0.2, 0.6]])
MODES = {
    "as in the data": {"class_temperature": 1.0},
    "sampling": {"class_temperature": 0.25},
    "weighted": {"balance": "weighted", "class_temperature": 1.0},
    "logit-adjustment": {"balance": "logit-adjustment", "class_temperature": 1.0},
}


def balance(mode: str) -> ClassBalance:
    return class_balance(ClassifierOptions(**MODES[mode]), LABELS, CLASSES)


def posterior(prior: Tensor) -> Tensor:
    """Return by Bayes what each picture tells of the class, where classes are as frequent as `prior`: [4, 3]."""
    joint = LOOKS.t() * prior
    return joint / joint.sum(dim=1, keepdim=True)


def learned(found: ClassBalance) -> Tensor:
    """Return what the logits of a table, one row a picture, take for the probabilities when the loss is least."""
    logits = torch.zeros(4, 3, requires_grad=True)
    optimiser = torch.optim.LBFGS([logits], max_iter=200, tolerance_grad=1e-9, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        cases = [(found.loss(logits[[x]], torch.tensor([c]), 0.0), found.drawn[c] * LOOKS[c, x])
                 for x in range(4) for c in range(3)]  # fmt: skip
        loss = sum((value * chance for value, chance in cases), torch.zeros(()))
        torch.autograd.backward(loss)
        return loss

    optimiser.step(closure)
    return logits.detach().softmax(dim=1)


@pytest.mark.parametrize("mode", MODES)
def test_the_softmax_learns_what_bayes_gives_for_the_prior_of_the_card(mode: str) -> None:
    found = balance(mode)
    assert torch.allclose(learned(found), posterior(found.prior), atol=2e-3)


def test_a_biased_prior_is_undone_by_weights_and_by_adjustment_but_not_by_itself() -> None:
    even = torch.full((3,), 1 / 3)
    for mode in ("weighted", "logit-adjustment"):
        assert torch.equal(balance(mode).prior, even)
    data = torch.from_numpy(COUNTS / COUNTS.sum()).float()
    assert torch.allclose(balance("as in the data").prior, data)
    decided = posterior(data).argmax(dim=1)
    assert set(decided.tolist()) == {0, 2}  # df is never decided for at the data's own prior, and is at an even one
    assert 1 in learned(balance("logit-adjustment")).argmax(dim=1)


def test_the_adjusted_loss_is_the_closed_form_of_menon() -> None:
    logits, label = torch.randn(5, 3), torch.tensor([0, 2, 2, 1, 0])
    weighted = torch.from_numpy(COUNTS / COUNTS.sum()).float() * logits.exp()
    by_hand = -(weighted[torch.arange(5), label] / weighted.sum(dim=1)).log().mean()
    assert balance("logit-adjustment").loss(logits, label, 0.0).item() == pytest.approx(by_hand.item(), rel=1e-5)


def test_weights_have_a_mean_of_one_over_the_data_and_are_inverse_to_the_counts() -> None:
    weight = balance("weighted").weight
    assert weight[LABELS].mean().item() == pytest.approx(1.0, rel=1e-5)
    assert torch.allclose(weight * torch.from_numpy(COUNTS), torch.full((3,), 400 / 3), rtol=1e-5)


def test_sampling_is_the_plain_smoothed_cross_entropy() -> None:
    logits, label = torch.randn(5, 3), torch.tensor([0, 2, 2, 1, 0])
    found = balance("sampling")
    assert torch.equal(found.prior, found.drawn)
    assert found.loss(logits, label, 0.1).item() == pytest.approx(
        F.cross_entropy(logits, label, label_smoothing=0.1).item(), rel=1e-6
    )


@pytest.mark.parametrize("mode", MODES)
def test_a_class_without_an_image_is_named(mode: str) -> None:
    with pytest.raises(DataError, match="No training image of df"):
        class_balance(ClassifierOptions(**MODES[mode]), np.array([0, 2]), CLASSES)
