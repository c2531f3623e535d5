"""The losses of the GAN: hinge (Lim & Ye 2017; Miyato et al. 2018) and non-saturating (Goodfellow et al. 2014)."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def discriminator_loss(kind: str, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Return the mean loss, "hinge" or "bce", of the discriminator for logits [N] of real and of fake images."""
    if kind == "bce":
        return F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()
    return F.relu(1.0 - real_logits).mean() + F.relu(1.0 + fake_logits).mean()


def generator_loss(kind: str, fake_logits: Tensor) -> Tensor:
    """Return the generator's loss, "hinge" or "bce", for the discriminator's logits [N] of its fake images."""
    return F.softplus(-fake_logits).mean() if kind == "bce" else -fake_logits.mean()


def consistency(logits: tuple[Tensor, ...], again: tuple[Tensor, ...]) -> Tensor:
    """Return the balanced consistency (Zhao et al. 2021, equation 2): how far the logits of two augmentations differ.

    Both hold logits [N] of real and of fake images; the squared differences are averaged in each and summed.
    """
    real, fake = (F.mse_loss(one, other) for one, other in zip(logits, again, strict=True))
    return real + fake
