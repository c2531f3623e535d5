"""DiffAugment (Zhao et al. 2020): colour, translation and cutout on real and fake images alike."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

TRANSLATION = 1 / 8  # of the side, either way
CUTOUT = 1 / 2  # side of the hole, of the image's side


def diffaugment(images: Tensor, policy: str, random: torch.Generator) -> Tensor:
    """Augment images [N, 3, S, S] in -1..1, differentiably, each by its own draw.

    `policy` is "none", "geometry" (translation, cutout) or "full" (colour as well).
    """
    if policy == "none":
        return images
    if policy == "full":
        images = _colour(images, random)
    return _cutout(_translate(images, random), random)


def _uniform(images: Tensor, random: torch.Generator) -> Tensor:
    return torch.rand(images.shape[0], 1, 1, 1, generator=random, device=images.device)


def _colour(images: Tensor, random: torch.Generator) -> Tensor:
    images = images + (_uniform(images, random) - 0.5)
    grey = images.mean(dim=1, keepdim=True)
    images = (images - grey) * (_uniform(images, random) * 2) + grey
    mean = images.mean(dim=(1, 2, 3), keepdim=True)
    return (images - mean) * (_uniform(images, random) + 0.5) + mean


def _translate(images: Tensor, random: torch.Generator) -> Tensor:
    count, _, size, _ = images.shape
    reach = max(1, round(size * TRANSLATION))
    shift = torch.randint(0, 2 * reach + 1, (2, count, 1), generator=random, device=images.device)
    axis = torch.arange(size, device=images.device)
    padded = F.pad(images, (reach, reach, reach, reach)).permute(0, 2, 3, 1)
    batch = torch.arange(count, device=images.device)[:, None, None]
    rows, columns = (axis + shift[0])[:, :, None], (axis + shift[1])[:, None, :]
    return padded[batch, rows, columns].permute(0, 3, 1, 2)


def _cutout(images: Tensor, random: torch.Generator) -> Tensor:
    count, _, size, _ = images.shape
    half = size * CUTOUT / 2
    centre = torch.rand(2, count, 1, generator=random, device=images.device) * size
    axis = torch.arange(size, device=images.device) + 0.5
    hole = ((axis - centre[0]).abs() < half)[:, :, None] & ((axis - centre[1]).abs() < half)[:, None, :]
    return images * (~hole)[:, None]
