"""The last step of a classifier's export: its probabilities, calibrated on lesions that chose nothing."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from lesionlab.core.errors import DataError
from lesionlab.data.calibration_half import calibration_half
from lesionlab.data.prepared import Part
from lesionlab.inference.calibrating import calibrate_card, lesions_to_calibrate_on
from lesionlab.records.card import ModelCard
from lesionlab.training.batches import to_unit

BATCH = 128


def calibrated(card: ModelCard, network: nn.Module, validation: Part) -> ModelCard:
    """Return the card calibrated on a half of the validation part, in float32; as it is where that has too few lesions.

    The network maps images [N, 3, S, S] in -1..1 to logits [N, C], and is put into evaluation on the CPU.
    """
    try:
        half = calibration_half(validation)
        lesions_to_calibrate_on(card, half)
    except DataError:
        return card  # it says of itself that it is not calibrated; `lesionlab classifier calibrate` can do it later
    return calibrate_card(card, half, _logits(network.cpu().eval(), half.images(card.image.size_px)))


@torch.no_grad()
def _logits(network: nn.Module, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    starts = range(0, len(images), BATCH)
    return np.concatenate([network(to_unit(torch.from_numpy(images[at : at + BATCH]))).numpy() for at in starts])
