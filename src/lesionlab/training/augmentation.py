"""Strong classical augmentation of a classifier's batch: each image by its own draw, no loop, few passes."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from lesionlab.training.draws import Draws

ZOOM = 0.2  # scale between 1 - ZOOM and 1 + ZOOM
SHIFT = 0.1  # of the side, either way
BRIGHTNESS = 0.2
CONTRAST = 0.25
SATURATION = 0.3
TINT = 0.06  # gain of each colour channel apart: lamps and cameras differ
ERASED = 0.25  # share of the images that lose a square
ERASED_SIDE = 0.35  # of the image's side


def augment(images: Tensor, draws: Draws) -> Tensor:
    """Augment images [N, 3, S, S] in -1..1: symmetry, turn, zoom, shift, colour, erased square.

    Symmetry, turn, zoom and shift are one map of places, read in one pass; saturation, contrast, light and tint are
    one map of colours, one product an image.
    """
    moved = _moved(images.contiguous(), _symmetry(draws) @ _turn(draws))
    return _erase(_coloured(moved, draws), draws).contiguous(memory_format=torch.channels_last)


def _symmetric(reach: float, draws: Draws, *shape: int) -> Tensor:
    return (draws.uniform(*shape) * 2 - 1) * reach


def _symmetry(draws: Draws) -> Tensor:
    """Return one of the 8 symmetries of the square for each image, as a map of places: [N, 2, 2]."""
    signs = torch.where(draws.uniform(2) < 0.5, -1.0, 1.0)
    straight = torch.diag_embed(signs)
    return torch.where(draws.uniform(1, 1) < 0.5, straight.flip(2), straight)


def _turn(draws: Draws) -> Tensor:
    """Return turn, zoom and shift for each image, as a map of places: [N, 2, 3]."""
    angle = _symmetric(math.pi, draws)
    zoom = 1 + _symmetric(ZOOM, draws)
    shift = _symmetric(2 * SHIFT, draws, 2)
    cosine, sine = torch.cos(angle) * zoom, torch.sin(angle) * zoom
    rows = (torch.stack((cosine, -sine, shift[:, 0]), 1), torch.stack((sine, cosine, shift[:, 1]), 1))
    return torch.stack(rows, 1)


def _moved(images: Tensor, places: Tensor) -> Tensor:
    """Read each image at the places [N, 2, 3]; beyond the border it is mirrored."""
    grid = F.affine_grid(places, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="reflection", align_corners=False)


def _coloured(images: Tensor, draws: Draws) -> Tensor:
    """Change light, contrast about the image's own mean, saturation and tint: a matrix and an offset each image."""
    light = _symmetric(BRIGHTNESS, draws, 1, 1)
    contrast = 1 + _symmetric(CONTRAST, draws, 1, 1)
    saturation = 1 + _symmetric(SATURATION, draws, 1, 1)
    tint = 1 + _symmetric(TINT, draws, 3, 1)
    pixels = images.flatten(2)
    grey = torch.full((3, 3), 1 / 3, device=images.device)
    mixed = torch.eye(3, device=images.device) * saturation + grey * (1 - saturation)
    mean = mixed @ pixels.mean(dim=2, keepdim=True)
    offset = (mean * (1 - contrast) + light + 1) * tint - 1
    return torch.baddbmm(offset, mixed * (contrast * tint), pixels).clamp_(-1, 1).view_as(images)


def _erase(images: Tensor, draws: Draws) -> Tensor:
    """Set a square of some images to grey."""
    size = images.shape[2]
    chosen = draws.uniform(1, 1) < ERASED
    centre = draws.uniform(2, 1) * size
    axis = torch.arange(size, device=images.device) + 0.5
    near = (axis - centre).abs() < size * ERASED_SIDE / 2
    hole = near[:, 0, :, None] & near[:, 1, None, :] & chosen
    return images.masked_fill_(hole[:, None], 0)
