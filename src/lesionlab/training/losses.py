"""The hinge losses of the GAN (Lim & Ye 2017; Miyato et al. 2018)."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Return the mean hinge loss of the discriminator for logits [N] of real and of fake images."""
    return F.relu(1.0 - real_logits).mean() + F.relu(1.0 + fake_logits).mean()


def generator_loss(fake_logits: Tensor) -> Tensor:
    """Return the generator's loss for the discriminator's logits [N] of its fake images."""
    return -fake_logits.mean()
