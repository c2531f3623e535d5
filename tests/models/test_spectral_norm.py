import pytest
import torch
from torch import nn

from lesionlab.models.spectral_norm import LIPSCHITZ, spectral_norm


@pytest.mark.parametrize("module", [nn.Linear(9, 5), nn.Conv2d(4, 6, 3), nn.Embedding(7, 12)])
def test_the_largest_singular_value_becomes_the_stated_one(module):
    torch.manual_seed(0)
    nn.init.normal_(module.weight, 0, 3)
    spectral_norm(module).train()
    for _ in range(50):
        module.weight  # noqa: B018  each training access iterates once
    top = torch.linalg.matrix_norm(module.weight.detach().flatten(1), ord=2)
    assert top.item() == pytest.approx(LIPSCHITZ, rel=1e-3)


def test_it_stays_in_float32_under_autocast():
    module = spectral_norm(nn.Linear(9, 5))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert module.weight.dtype == torch.float32


def test_it_does_not_iterate_in_evaluation():
    module = spectral_norm(nn.Linear(9, 5)).eval()
    before = module.weight.detach().clone()
    assert torch.equal(module.weight, before)
