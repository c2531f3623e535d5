"""A classifier taught for its whole length, no stopping point chosen, and what it then says about images."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from lesionlab.core.progress import Progress, silent
from lesionlab.metrics.classification import softmax
from lesionlab.models.precision import choose_compute
from lesionlab.records.options import ClassifierOptions
from lesionlab.training.batches import to_unit
from lesionlab.training.classifier_trainee import ClassifierTrainee, Validation
from lesionlab.training.filling import Filling

BATCH = 128


@dataclass(frozen=True, eq=False)
class Taught:
    """A classifier after its last step; one whose loss was no number any more knows how frequent diagnoses are."""

    trainee: ClassifierTrainee
    frequencies: NDArray[np.float64]  # [C], of the labels that it was to learn
    diverged: bool

    @torch.no_grad()
    def probabilities(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return what the averaged weights say about images uint8 [n, S, S, 3]: float32 [n, C], summing to one."""
        if self.diverged:
            return np.tile(self.frequencies.astype(np.float32), (len(images), 1))
        rows = []
        for start in range(0, len(images), BATCH):
            pixels = torch.from_numpy(images[start : start + BATCH]).to(self.trainee.compute.device)
            with self.trainee.compute.autocast():
                rows.append(self.trainee.average(to_unit(pixels)).float().cpu().numpy())
        return softmax(np.concatenate(rows))


def teach(
    options: ClassifierOptions,
    images: NDArray[np.uint8],
    labels: NDArray[np.int64],
    classes: tuple[str, ...],
    filling: Filling | None = None,
    progress: Progress = silent,
) -> Taught:
    """Teach a classifier images uint8 [n, S, S, 3] with labels int64 [n], some slots filled with others."""
    compute = choose_compute(options.bf16, options.threads)
    nothing = Validation(images[:0], labels[:0], ())
    trainee = ClassifierTrainee(options, images, labels, classes, nothing, compute, filling=filling)
    frequencies = np.bincount(labels, minlength=len(classes)) / len(labels)
    while not trainee.finished:
        if not math.isfinite(trainee.step()["loss"].item()):
            return Taught(trainee, frequencies, diverged=True)
        progress(trainee.kimg, trainee.total_kimg)
    return Taught(trainee, frequencies, diverged=False)
