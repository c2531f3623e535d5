import math

import pytest
import torch

from lesionlab.training.losses import consistency, discriminator_loss, generator_loss

REAL, FAKE = torch.tensor([2.0, 0.5]), torch.tensor([-3.0, 1.0])


def test_hinge_by_hand():
    assert discriminator_loss("hinge", REAL, FAKE).item() == pytest.approx((0 + 0.5) / 2 + (0 + 2) / 2)
    assert generator_loss("hinge", FAKE).item() == pytest.approx(1.0)


def test_bce_is_the_cross_entropy_of_the_two_answers():
    cross_entropy = torch.nn.functional.binary_cross_entropy_with_logits
    wanted = cross_entropy(REAL, torch.ones(2)) + cross_entropy(FAKE, torch.zeros(2))
    assert discriminator_loss("bce", REAL, FAKE).item() == pytest.approx(wanted.item())
    assert generator_loss("bce", FAKE).item() == pytest.approx(cross_entropy(FAKE, torch.ones(2)).item())


@pytest.mark.parametrize(("kind", "price"), [("hinge", 2.0), ("bce", 2 * math.log(2))])
def test_a_discriminator_that_knows_nothing_pays(kind, price):
    assert discriminator_loss(kind, torch.zeros(5), torch.zeros(5)).item() == pytest.approx(price)


def test_consistency_is_zero_for_equal_judgements_and_the_squares_otherwise():
    assert consistency((REAL, FAKE), (REAL, FAKE)).item() == 0
    assert consistency((REAL, FAKE), (REAL + 1, FAKE + 2)).item() == pytest.approx(1 + 4)
