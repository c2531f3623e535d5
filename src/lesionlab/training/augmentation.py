"""Strong classical augmentation of a classifier's batch: each image by its own draw, no loop."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from lesionlab.training.symmetries import random_symmetry

ZOOM = 0.2  # scale between 1 - ZOOM and 1 + ZOOM
SHIFT = 0.1  # of the side, either way
BRIGHTNESS = 0.2
CONTRAST = 0.25
SATURATION = 0.3
TINT = 0.06  # gain of each colour channel apart: lamps and cameras differ
ERASED = 0.25  # share of the images that lose a square
ERASED_SIDE = 0.35  # of the image's side


def augment(images: Tensor, random: torch.Generator) -> Tensor:
    """Augment images [N, 3, S, S] in -1..1: symmetry, turn, zoom, shift, colour, erased square."""
    images = _affine(random_symmetry(images, random), random)
    return _erase(_colour(images, random), random).contiguous(memory_format=torch.channels_last)


def _symmetric(shape: tuple[int, ...], reach: float, images: Tensor, random: torch.Generator) -> Tensor:
    return (torch.rand(shape, generator=random, device=images.device) * 2 - 1) * reach


def _affine(images: Tensor, random: torch.Generator) -> Tensor:
    count = images.shape[0]
    angle = _symmetric((count,), math.pi, images, random)
    zoom = 1 + _symmetric((count,), ZOOM, images, random)
    shift = _symmetric((count, 2), 2 * SHIFT, images, random)
    cosine, sine = torch.cos(angle) * zoom, torch.sin(angle) * zoom
    rows = (torch.stack((cosine, -sine, shift[:, 0]), 1), torch.stack((sine, cosine, shift[:, 1]), 1))
    grid = F.affine_grid(torch.stack(rows, 1), list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="reflection", align_corners=False)


def _colour(images: Tensor, random: torch.Generator) -> Tensor:
    count = images.shape[0]
    light = _symmetric((count, 1, 1, 1), BRIGHTNESS, images, random)
    contrast = 1 + _symmetric((count, 1, 1, 1), CONTRAST, images, random)
    saturation = 1 + _symmetric((count, 1, 1, 1), SATURATION, images, random)
    tint = 1 + _symmetric((count, 3, 1, 1), TINT, images, random)
    grey = images.mean(dim=1, keepdim=True)
    images = (images - grey) * saturation + grey
    mean = images.mean(dim=(2, 3), keepdim=True)
    images = ((images - mean) * contrast + mean + light + 1) * tint - 1
    return images.clamp(-1, 1)


def _erase(images: Tensor, random: torch.Generator) -> Tensor:
    count, _, size, _ = images.shape
    chosen = torch.rand(count, 1, 1, generator=random, device=images.device) < ERASED
    centre = torch.rand(2, count, 1, generator=random, device=images.device) * size
    axis = torch.arange(size, device=images.device) + 0.5
    near = (axis - centre[:, :, :]).abs() < size * ERASED_SIDE / 2
    hole = near[0][:, :, None] & near[1][:, None, :] & chosen
    return images * (~hole)[:, None]
