"""Training slots, some filled with other images than the real ones: all arms of a study draw them alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lesionlab.core.errors import DataError
from lesionlab.training.batches import Batches, to_unit
from lesionlab.training.draws import Draws


@dataclass(frozen=True, eq=False)
class Filling:
    """What fills a slot in the place of a real image, and how often: images uint8 [m, S, S, 3] and labels int64 [m].

    With `pretraining`, a share of the steps, every slot is filled up to there with the chance `dose`, and none after.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    dose: float
    pretraining: float = 0.0

    def chance(self, done: float) -> float:
        """Return the chance of a slot to be filled once this share of the steps is done, 0..1."""
        return self.dose if not self.pretraining or done < self.pretraining else 0.0


class FilledBatches(Batches):
    """Batches whose slots have the diagnoses, the real images and the luck of plain ones, but for those filled.

    A slot's diagnosis is drawn first; then whether it is filled; then an image of that diagnosis, real or filling. Each
    of these takes its numbers whether they are used or not, so that arms that differ in filling or dose alone share
    every other draw, augmentation and order included.
    """

    def __init__(
        self,
        images: NDArray[np.uint8],
        labels: NDArray[np.int64],
        probabilities: Tensor,
        device: torch.device,
        filling: Filling | None,
    ) -> None:
        super().__init__(images, labels, probabilities, device)
        self.filling, self.chance = filling, 0.0
        self._pool: Batches = self
        if filling is not None:
            empty = np.flatnonzero(np.bincount(filling.labels, minlength=len(probabilities)) == 0)
            if len(empty):
                raise DataError(
                    f"The filling of {len(filling.labels):,} images has none of {len(empty)} of "
                    f"{len(probabilities)} classes.",
                    "Make images of every class, or leave the arm out.",
                )
            self._pool = Batches(filling.images, filling.labels, probabilities, device)

    def advance(self, done: float) -> None:
        """Take the chance that a slot is filled from the share of the steps that is done, 0..1."""
        self.chance = 0.0 if self.filling is None else self.filling.chance(done)

    def draw(self, draws: Draws) -> tuple[Tensor, Tensor]:
        """Draw images float32 [rows, 3, S, S] in -1..1 and their labels."""
        label = self.labels(draws)
        filled = draws.uniform() < self.chance
        real, other = self.pick(label, draws), self._pool.pick(label, draws)
        pixels = torch.where(filled[:, None, None, None], self._pool.images[other], self.images[real])
        return to_unit(pixels), label
