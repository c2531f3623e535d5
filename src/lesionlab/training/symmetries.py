"""The eight symmetries of the square: dermoscopy has no "up", so each of them is a real view."""

from __future__ import annotations

import torch
from torch import Tensor


def random_symmetry(images: Tensor, random: torch.Generator) -> Tensor:
    """Turn and mirror each image [N, C, S, S] by one of the 8 symmetries at random."""
    coins = torch.rand(3, images.shape[0], 1, 1, 1, generator=random, device=images.device) < 0.5
    images = torch.where(coins[0], images.flip(3), images)
    images = torch.where(coins[1], images.flip(2), images)
    return torch.where(coins[2], images.transpose(2, 3), images)
