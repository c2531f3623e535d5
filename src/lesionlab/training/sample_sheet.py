"""The sheet that shows a generator: the same seeds of each class every time, never picked."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from lesionlab.core.imaging import sheet
from lesionlab.core.seeds import latents
from lesionlab.models.dcgan import Generator
from lesionlab.training.batches import one_hot

SHEET_SEEDS = 10  # the first ten of each class, never picked


@torch.no_grad()
def sample_sheet(generator: Generator, classes: int) -> NDArray[np.uint8]:
    """Return the first ten seeds of each class, a row a class: uint8 [H, W, 3]."""
    device = next(generator.parameters()).device
    latent = torch.from_numpy(latents(range(SHEET_SEEDS), generator.latent_dim)).to(device)
    rows = []
    for label in range(classes):
        images = generator(latent, one_hot(torch.full((SHEET_SEEDS,), label, device=device), classes))
        pixels = ((images.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()
        rows.append(list(pixels))
    return sheet(rows)
