from dataclasses import replace

import numpy as np
import pytest
import torch

from lesionlab.data.calibration_half import calibration_half
from lesionlab.inference import calibrating
from lesionlab.records.card import ImageSpec, read_card
from lesionlab.training.classifier_calibration import calibrated


class Brightness(torch.nn.Module):
    """Logits that only depend on an image's mean: class by class one more times it."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images.mean(dim=(1, 2, 3))[:, None] * torch.arange(1.0, 8.0)


@pytest.fixture
def card(tiny_classifier):
    return replace(read_card(tiny_classifier), image=ImageSpec(16))


def test_too_few_lesions_leave_the_card_as_it_is(card, tiny_data):
    assert calibrated(card, Brightness(), tiny_data.part("validation")) is card
    assert card.calibration is None


def test_the_card_is_that_of_the_command_for_the_same_logits(card, tiny_data, monkeypatch):
    monkeypatch.setattr(calibrating, "LEAST_LESIONS", 7)
    half = calibration_half(tiny_data.part("validation"))
    means = half.images(16).astype(np.float64).mean(axis=(1, 2, 3)) / 127.5 - 1
    expected = calibrating.calibrate_card(card, half, means[:, None] * np.arange(1, 8))
    found = calibrated(card, Brightness(), tiny_data.part("validation"))
    assert found.temperature == pytest.approx(expected.temperature, rel=1e-3)
    assert found.calibration.biases == pytest.approx(expected.calibration.biases, abs=1e-3)
    assert found.calibration.lesions_per_class == expected.calibration.lesions_per_class
