"""Strong classical augmentation of a classifier's batch: each image by its own draw, no loop."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from lesionlab.training.draws import Draws
from lesionlab.training.symmetries import random_symmetry

ZOOM = 0.2  # scale between 1 - ZOOM and 1 + ZOOM
SHIFT = 0.1  # of the side, either way
BRIGHTNESS = 0.2
CONTRAST = 0.25
SATURATION = 0.3
TINT = 0.06  # gain of each colour channel apart: lamps and cameras differ
ERASED = 0.25  # share of the images that lose a square
ERASED_SIDE = 0.35  # of the image's side


def augment(images: Tensor, draws: Draws) -> Tensor:
    """Augment images [N, 3, S, S] in -1..1: symmetry, turn, zoom, shift, colour, erased square."""
    images = _affine(random_symmetry(images, draws), draws)
    return _erase(_colour(images, draws), draws).contiguous(memory_format=torch.channels_last)


def _symmetric(reach: float, draws: Draws, *shape: int) -> Tensor:
    return (draws.uniform(*shape) * 2 - 1) * reach


def _affine(images: Tensor, draws: Draws) -> Tensor:
    angle = _symmetric(math.pi, draws)
    zoom = 1 + _symmetric(ZOOM, draws)
    shift = _symmetric(2 * SHIFT, draws, 2)
    cosine, sine = torch.cos(angle) * zoom, torch.sin(angle) * zoom
    rows = (torch.stack((cosine, -sine, shift[:, 0]), 1), torch.stack((sine, cosine, shift[:, 1]), 1))
    grid = F.affine_grid(torch.stack(rows, 1), list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="reflection", align_corners=False)


def _colour(images: Tensor, draws: Draws) -> Tensor:
    light = _symmetric(BRIGHTNESS, draws, 1, 1, 1)
    contrast = 1 + _symmetric(CONTRAST, draws, 1, 1, 1)
    saturation = 1 + _symmetric(SATURATION, draws, 1, 1, 1)
    tint = 1 + _symmetric(TINT, draws, 3, 1, 1)
    grey = images.mean(dim=1, keepdim=True)
    images = (images - grey) * saturation + grey
    mean = images.mean(dim=(2, 3), keepdim=True)
    images = ((images - mean) * contrast + mean + light + 1) * tint - 1
    return images.clamp(-1, 1)


def _erase(images: Tensor, draws: Draws) -> Tensor:
    size = images.shape[2]
    chosen = draws.uniform(1, 1) < ERASED
    centre = draws.uniform(2, 1) * size
    axis = torch.arange(size, device=images.device) + 0.5
    near = (axis - centre).abs() < size * ERASED_SIDE / 2
    hole = near[:, 0, :, None] & near[:, 1, None, :] & chosen
    return images * (~hole)[:, None]
