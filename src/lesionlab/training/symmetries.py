"""The eight symmetries of the square: dermoscopy has no "up", so each of them is a real view."""

from __future__ import annotations

import torch
from torch import Tensor

from lesionlab.training.draws import Draws


def random_symmetry(images: Tensor, draws: Draws) -> Tensor:
    """Turn and mirror each image [N, C, S, S] by one of the 8 symmetries at random."""
    coins = draws.uniform(3, 1, 1, 1) < 0.5
    images = torch.where(coins[:, 0], images.flip(3), images)
    images = torch.where(coins[:, 1], images.flip(2), images)
    return torch.where(coins[:, 2], images.transpose(2, 3), images)
