import numpy as np
import pytest
import torch

from lesionlab.core.errors import DataError
from lesionlab.training.batches import Batches, class_probabilities, to_unit
from lesionlab.training.draws import Draws

CPU = torch.device("cpu")


def _batches(temperature: float) -> Batches:
    labels = np.array([0] * 90 + [1] * 10)
    images = np.arange(100, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 3), np.uint8)
    return Batches(images, labels, class_probabilities(labels, ("a", "b"), temperature), CPU)


@pytest.mark.parametrize(("temperature", "share"), [(1.0, 0.9), (0.5, 0.75), (0.0, 0.5)])
def test_temperature_sets_how_often_a_class_is_drawn(temperature, share):
    _, labels = _batches(temperature).draw(Draws(0, "test", 0, CPU, 4000))
    assert (labels == 0).float().mean().item() == pytest.approx(share, abs=0.03)


def test_an_image_comes_with_its_own_label_and_every_image_comes():
    images, labels = _batches(0.0).draw(Draws(0, "test", 0, CPU, 4000))
    numbers = ((images[:, 0, 0, 0] + 1) * 127.5).round().long()
    assert torch.equal(labels, (numbers >= 90).long())
    assert set(numbers.tolist()) == set(range(100))


def test_a_step_draws_the_same_again_and_another_step_draws_others():
    batches = _batches(0.5)
    first, again = (batches.draw(Draws(7, "step", 3, CPU, 64))[0] for _ in range(2))
    other = batches.draw(Draws(7, "step", 4, CPU, 64))[0]
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_class_without_an_image_is_named():
    with pytest.raises(DataError, match="No training image of df"):
        class_probabilities(np.array([0, 2]), ("akiec", "df", "nv"), 0.5)


def test_pixels_become_minus_one_to_one_channels_last():
    unit = to_unit(torch.tensor([[[[0, 255, 51]]]], dtype=torch.uint8))
    assert unit.shape == (1, 3, 1, 1)
    assert unit.flatten().tolist() == pytest.approx([-1, 1, -0.6])
