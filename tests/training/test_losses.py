import pytest
import torch

from lesionlab.training.losses import discriminator_loss, generator_loss


def test_hinge_by_hand():
    real, fake = torch.tensor([2.0, 0.5]), torch.tensor([-3.0, 1.0])
    assert discriminator_loss(real, fake).item() == pytest.approx((0 + 0.5) / 2 + (0 + 2) / 2)
    assert generator_loss(fake).item() == pytest.approx(1.0)


def test_a_discriminator_that_knows_nothing_pays_two():
    assert discriminator_loss(torch.zeros(5), torch.zeros(5)).item() == 2.0
