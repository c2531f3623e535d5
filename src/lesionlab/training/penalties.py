"""Penalties on the discriminator's gradient at real images, or near them."""

from __future__ import annotations

import torch
from torch import Tensor

from lesionlab.models.dcgan import Discriminator
from lesionlab.training.draws import Draws

NEARBY = 0.5  # of the batch's standard deviation: how far around real images DRAGAN looks


def gradient_penalty(kind: str, discriminator: Discriminator, real: Tensor, label: Tensor, draws: Draws) -> Tensor:
    """Return the penalty, a mean over real images [N, 3, S, S] in -1..1 with labels int [N], in float32.

    "r1" (Mescheder et al. 2018, equation 9): half the squared norm of the gradient at real images. "dragan" (Kodali
    et al. 2017, equation 4): the squared distance of its norm from 1 at images with noise added.
    """
    with torch.autocast(real.device.type, enabled=False):
        points = real.detach().float()
        if kind == "dragan":
            points = points + NEARBY * points.std() * draws.uniform(*points.shape[1:])
        points = points.requires_grad_(True)
        logits = discriminator(points, label)
        (slope,) = torch.autograd.grad(logits.sum(), points, create_graph=True)
        squared = slope.square().sum(dim=(1, 2, 3))
        if kind == "dragan":
            return ((squared + 1e-12).sqrt() - 1).square().mean()
        return squared.mean() / 2
