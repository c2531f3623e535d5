import pytest
import torch

from lesionlab.training.diffaugment import diffaugment
from lesionlab.training.draws import Draws

CPU = torch.device("cpu")


def _images() -> torch.Tensor:
    return torch.rand(64, 3, 16, 16, generator=torch.Generator().manual_seed(0)) * 2 - 1


def test_none_changes_nothing_and_the_others_do():
    images = _images()
    assert torch.equal(diffaugment(images, "none", Draws(0, "a", 0, CPU, 64)), images)
    for policy in ("geometry", "full"):
        assert not torch.allclose(diffaugment(images, policy, Draws(0, "a", 0, CPU, 64)), images)


def test_geometry_moves_and_removes_but_invents_no_value():
    images = _images()
    augmented = diffaugment(images, "geometry", Draws(0, "a", 0, CPU, 64))
    for before, after in zip(images, augmented, strict=True):
        kept = after[:, (after != 0).all(dim=0)]
        known = {tuple(pixel.tolist()) for pixel in before.flatten(1).T}
        assert all(tuple(pixel.tolist()) in known for pixel in kept.T)


def test_cutout_takes_at_most_a_quarter_and_translation_an_edge():
    augmented = diffaugment(torch.ones(200, 1, 16, 16), "geometry", Draws(0, "a", 0, CPU, 200))
    lost = (augmented == 0).float().mean(dim=(1, 2, 3))
    assert lost.max() <= 0.25 + 2 * 2 / 16
    assert lost.min() < 0.2


@pytest.mark.parametrize("policy", ["geometry", "full"])
def test_gradients_reach_the_images(policy):
    images = _images().requires_grad_()
    diffaugment(images, policy, Draws(0, "a", 0, CPU, 64)).square().sum().backward()
    assert images.grad is not None
    assert images.grad.abs().sum() > 0
