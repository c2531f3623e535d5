"""Training batches: which images of a training part come next, by class."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from lesionlab.core.errors import DataError
from lesionlab.training.draws import Draws


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


def one_hot(label: Tensor, classes: int) -> Tensor:
    """Return class weights float32 [N, classes] with all the weight on the label."""
    return F.one_hot(label, classes).float()


class Batches:
    """Draw images of a training part: first the class, then an image of it, with replacement."""

    def __init__(
        self,
        images: NDArray[np.uint8],
        labels: NDArray[np.int64],
        probabilities: Tensor,
        device: torch.device,
    ) -> None:
        self.images = torch.from_numpy(images).to(device)
        self.probabilities = probabilities.to(device)
        order = np.argsort(labels, kind="stable")
        self.order = torch.from_numpy(order).to(device)
        counts = np.bincount(labels, minlength=len(probabilities))
        self.counts = torch.from_numpy(counts).to(device)
        self.starts = self.counts.cumsum(0) - self.counts

    def labels(self, draws: Draws) -> Tensor:
        """Draw labels int64 [rows] with the class probabilities."""
        return draws.labels(self.probabilities)

    def draw(self, draws: Draws) -> tuple[Tensor, Tensor]:
        """Draw images float32 [rows, 3, S, S] in -1..1 and their labels."""
        label = self.labels(draws)
        return to_unit(self.images[self.pick(label, draws)]), label

    def pick(self, label: Tensor, draws: Draws) -> Tensor:
        """Draw an image of each label, by its place: int64 [rows]."""
        within = (draws.uniform(dtype=torch.float64) * self.counts[label]).long()
        return self.order[self.starts[label] + within]
