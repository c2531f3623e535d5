"""Train on synthetic, test on real: what a classifier learns from images that it is then not tested on.

The classification accuracy score of Ravuri & Vinyals 2019, as balanced accuracy of lesions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.progress import Progress, silent
from lesionlab.data.prepared import Part
from lesionlab.metrics.classification import balanced_accuracy, confusion_matrix, mean_by_lesion
from lesionlab.records.options import ClassifierOptions
from lesionlab.study.teaching import teach


@dataclass(frozen=True)
class Told:
    """What a classifier decided for each lesion: labels int64 [n]."""

    truth: NDArray[np.int64]
    decision: NDArray[np.int64]

    def balanced_accuracy(self, classes: int) -> float:
        """Return the mean of the recalls."""
        return balanced_accuracy(confusion_matrix(self.truth, self.decision, classes))


def told_by(
    images: NDArray[np.uint8],
    labels: NDArray[np.int64],
    tested: Part,
    judge: ClassifierOptions,
    seed: int,
    progress: Progress = silent,
) -> Told:
    """Return what a classifier that learned from these images alone decides for the lesions of `tested`.

    Images are uint8 [n, S, S, 3], labels int64 [n]. It trains for its whole length: no stopping point is chosen, so
    nothing of the tested part comes in.
    """
    options = replace(judge, seed=seed)
    taught = teach(options, images, labels, tested.classes, progress=progress)
    said = taught.probabilities(tested.images(options.image_size_px))
    probabilities, truth = mean_by_lesion(said, tested.labels, tested.lesions)
    return Told(truth, probabilities.argmax(axis=1))


def trained_on(
    images: NDArray[np.uint8],
    labels: NDArray[np.int64],
    tested: Part,
    judge: ClassifierOptions,
    seed: int,
    progress: Progress = silent,
) -> float:
    """Return the balanced accuracy of `told_by`."""
    return told_by(images, labels, tested, judge, seed, progress).balanced_accuracy(len(tested.classes))
