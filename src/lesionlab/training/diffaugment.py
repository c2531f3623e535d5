"""DiffAugment (Zhao et al. 2020): colour, translation and cutout on real and fake images alike."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from lesionlab.training.draws import Draws

TRANSLATION = 1 / 8  # of the side, either way
CUTOUT = 1 / 2  # side of the hole, of the image's side


def diffaugment(images: Tensor, policy: str, draws: Draws) -> Tensor:
    """Augment images [N, 3, S, S] in -1..1, differentiably, each by its own draw.

    `policy` is "none", "geometry" (translation, cutout) or "full" (colour as well).
    """
    if policy == "none":
        return images
    if policy == "full":
        images = _colour(images, draws)
    return _cutout(_translate(images, draws), draws)


def _colour(images: Tensor, draws: Draws) -> Tensor:
    images = images + (draws.uniform(1, 1, 1) - 0.5)
    grey = images.mean(dim=1, keepdim=True)
    images = (images - grey) * (draws.uniform(1, 1, 1) * 2) + grey
    mean = images.mean(dim=(1, 2, 3), keepdim=True)
    return (images - mean) * (draws.uniform(1, 1, 1) + 0.5) + mean


def _translate(images: Tensor, draws: Draws) -> Tensor:
    count, _, size, _ = images.shape
    reach = max(1, round(size * TRANSLATION))
    shift = draws.integers(2 * reach + 1, 2)
    axis = torch.arange(size, device=images.device)
    padded = F.pad(images, (reach, reach, reach, reach)).permute(0, 2, 3, 1)
    batch = torch.arange(count, device=images.device)[:, None, None]
    rows, columns = (axis + shift[:, :1])[:, :, None], (axis + shift[:, 1:])[:, None, :]
    return padded[batch, rows, columns].permute(0, 3, 1, 2)


def _cutout(images: Tensor, draws: Draws) -> Tensor:
    size = images.shape[2]
    half = size * CUTOUT / 2
    centre = draws.uniform(2) * size
    axis = torch.arange(size, device=images.device) + 0.5
    hole = ((axis - centre[:, :1]).abs() < half)[:, :, None] & ((axis - centre[:, 1:]).abs() < half)[:, None, :]
    return images * (~hole)[:, None]
