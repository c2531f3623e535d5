import pytest
import torch
from torch import Tensor, nn

from lesionlab.training.draws import Draws
from lesionlab.training.penalties import gradient_penalty

CPU = torch.device("cpu")
IMAGES = torch.rand(8, 3, 4, 4, generator=torch.Generator().manual_seed(0)) * 2 - 1
LABELS = torch.zeros(8, dtype=torch.int64)


class Slope(nn.Module):
    """A discriminator whose gradient has this norm everywhere."""

    def __init__(self, norm: float) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(norm / 48**0.5))

    def forward(self, image: Tensor, label: Tensor) -> Tensor:
        return self.scale * image.sum(dim=(1, 2, 3))


def penalty(kind: str, norm: float) -> Tensor:
    return gradient_penalty(kind, Slope(norm), IMAGES, LABELS, Draws(0, "penalty", 0, CPU, 8))


@pytest.mark.parametrize(("kind", "norm", "wanted"), [("r1", 3.0, 4.5), ("dragan", 3.0, 4.0), ("dragan", 1.0, 0.0)])
def test_a_known_slope_costs_what_the_paper_says(kind, norm, wanted):
    assert penalty(kind, norm).item() == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("kind", ["r1", "dragan"])
def test_the_penalty_flattens_the_discriminator(kind):
    network = Slope(3.0)
    gradient_penalty(kind, network, IMAGES, LABELS, Draws(0, "penalty", 0, CPU, 8)).backward()
    assert network.scale.grad is not None
    assert network.scale.grad > 0


def test_dragan_looks_near_the_images_and_r1_at_them():
    class Seen(Slope):
        def forward(self, image: Tensor, label: Tensor) -> Tensor:
            self.image = image.detach()
            return super().forward(image, label)

    seen = {}
    for kind in ("r1", "dragan"):
        network = Seen(1.0)
        gradient_penalty(kind, network, IMAGES, LABELS, Draws(0, "penalty", 0, CPU, 8))
        seen[kind] = network.image
    assert torch.equal(seen["r1"], IMAGES)
    away = (seen["dragan"] - IMAGES) / IMAGES.std()
    assert 0 <= away.min() < 0.05
    assert 0.4 < away.max() <= 0.5
