"""How rare classes get their due: by being drawn more often, by weighing more, or by a shift of the logits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from lesionlab.records.options import ClassifierOptions
from lesionlab.training.batches import class_probabilities


@dataclass(frozen=True)
class ClassBalance:
    """How often each class is drawn, how much its images weigh, and what is added to its logit in training.

    `prior` is what the softmax of the logits takes the class frequencies to be, and so the prior of the model's card:
    calibration begins from it, pages tell it, and a decision for balanced accuracy divides by it. All float32 [C].
    """

    drawn: Tensor
    weight: Tensor
    shift: Tensor
    prior: Tensor

    def loss(self, logits: Tensor, label: Tensor, smoothing: float) -> Tensor:
        """Return the mean cross-entropy of logits [N, C] and labels [N], each image with the weight of its class."""
        losses = F.cross_entropy(logits + self.shift, label, label_smoothing=smoothing, reduction="none")
        return (losses * self.weight[label]).mean()

    def to(self, device: torch.device) -> ClassBalance:
        """Return the same on a device."""
        return ClassBalance(*(each.to(device) for each in (self.drawn, self.weight, self.shift, self.prior)))


def class_balance(options: ClassifierOptions, labels: NDArray[np.int64], classes: tuple[str, ...]) -> ClassBalance:
    """Return the balance that the options ask for, for training images with these labels.

    - sampling: class c is drawn with p ~ n_c^temperature, and the softmax assumes just that.
    - weighted: drawn as in the data, each image with the weight n / (C n_c), one in the mean. As if all classes were
      equally frequent, which is what the softmax assumes.
    - logit-adjustment (Menon et al. 2021): drawn as in the data, with the logarithm of the frequencies added to the
      logits in training. The data's prior so sits in the shift; the logits alone take all classes to be equally
      frequent.

    Raises:
        DataError: a class has no image.
    """
    even = torch.full((len(classes),), 1 / len(classes))
    one, nothing = torch.ones_like(even), torch.zeros_like(even)
    drawn = class_probabilities(labels, classes, options.class_temperature)
    if options.balance == "weighted":
        return ClassBalance(drawn, even / drawn, nothing, even)
    if options.balance == "logit-adjustment":
        return ClassBalance(drawn, one, drawn.log(), even)
    return ClassBalance(drawn, one, nothing, drawn)
