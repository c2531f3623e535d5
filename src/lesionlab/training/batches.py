"""Training batches: batch t depends on the seed and t alone, so that a resumed run sees the same ones."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lesionlab.core.errors import DataError
from lesionlab.core.seeds import derive_seed


def step_generator(seed: int, role: str, step: int, device: torch.device) -> torch.Generator:
    """Return the random generator of one role in one step."""
    return torch.Generator(device).manual_seed(derive_seed(seed, role, step))


def class_probabilities(labels: NDArray[np.int64], classes: tuple[str, ...], temperature: float) -> Tensor:
    """Return how often each class is drawn, p ~ n_c^temperature: float32 [C], sums to one.

    Raises:
        DataError: a class has no image.
    """
    counts = np.bincount(labels, minlength=len(classes))
    empty = [name for name, count in zip(classes, counts, strict=True) if count == 0]
    if empty:
        raise DataError(
            f"No training image of {', '.join(empty)} ({len(labels):,} images in all).",
            "Prepare a data set that has every class.",
        )
    weights = counts.astype(np.float64) ** temperature
    return torch.tensor(weights / weights.sum(), dtype=torch.float32)


def to_unit(pixels: Tensor) -> Tensor:
    """Map uint8 [N, S, S, 3] to float32 [N, 3, S, S] in -1..1, channels last in memory."""
    return pixels.permute(0, 3, 1, 2).float().div_(127.5).sub_(1.0)


class Batches:
    """Draw images of a training part: first the class, then an image of it, with replacement."""

    def __init__(
        self,
        images: NDArray[np.uint8],
        labels: NDArray[np.int64],
        probabilities: Tensor,
        batch_size: int,
        device: torch.device,
    ) -> None:
        self.images = torch.from_numpy(images).to(device)
        self.batch_size = batch_size
        self.probabilities = probabilities.to(device)
        order = np.argsort(labels, kind="stable")
        self.order = torch.from_numpy(order).to(device)
        counts = np.bincount(labels, minlength=len(probabilities))
        self.counts = torch.from_numpy(counts).to(device)
        self.starts = self.counts.cumsum(0) - self.counts

    def labels(self, random: torch.Generator) -> Tensor:
        """Draw labels int64 [batch_size] with the class probabilities."""
        return torch.multinomial(self.probabilities, self.batch_size, replacement=True, generator=random)

    def draw(self, random: torch.Generator) -> tuple[Tensor, Tensor]:
        """Draw images float32 [batch_size, 3, S, S] in -1..1 and their labels."""
        label = self.labels(random)
        place = torch.rand(label.shape, generator=random, device=label.device, dtype=torch.float64)
        within = (place * self.counts[label]).long()
        return to_unit(self.images[self.order[self.starts[label] + within]]), label
