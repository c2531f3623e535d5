"""Train on synthetic, test on real: what a classifier learns from images that it is then not tested on.

The classification accuracy score of Ravuri & Vinyals 2019, as balanced accuracy of lesions.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from lesionlab.core.progress import Progress, silent
from lesionlab.data.prepared import Part
from lesionlab.metrics.classification import balanced_accuracy, confusion_matrix, mean_by_lesion, softmax
from lesionlab.models.precision import choose_compute
from lesionlab.records.options import ClassifierOptions
from lesionlab.training.batches import to_unit
from lesionlab.training.classifier_trainee import ClassifierTrainee, Validation

BATCH = 128


def trained_on(
    images: NDArray[np.uint8],
    labels: NDArray[np.int64],
    tested: Part,
    judge: ClassifierOptions,
    seed: int,
    progress: Progress = silent,
) -> float:
    """Return the balanced accuracy, by lesion of `tested`, of a classifier that learned from these images alone.

    Images are uint8 [n, S, S, 3], labels int64 [n]. It trains for its whole length: no stopping point is chosen, so
    nothing of the tested part comes in.
    """
    options = replace(judge, seed=seed)
    compute = choose_compute(options.bf16, options.threads)
    nothing = Validation(images[:0], labels[:0], ())
    trainee = ClassifierTrainee(options, images, labels, tested.classes, nothing, compute)
    while trainee.kimg < trainee.total_kimg:
        trainee.step()
        progress(trainee.kimg, trainee.total_kimg)
    logits = _logits(trainee, tested.images(options.image_size_px))
    probabilities, truth = mean_by_lesion(softmax(logits), tested.labels, tested.lesions)
    return balanced_accuracy(confusion_matrix(truth, probabilities.argmax(axis=1), len(tested.classes)))


@torch.no_grad()
def _logits(trainee: ClassifierTrainee, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    rows = []
    for start in range(0, len(images), BATCH):
        pixels = torch.from_numpy(images[start : start + BATCH]).to(trainee.compute.device)
        with trainee.compute.autocast():
            rows.append(trainee.average(to_unit(pixels)).float().cpu().numpy())
    return np.concatenate(rows)
