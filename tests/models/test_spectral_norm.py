import pytest
import torch
from torch import nn

from lesionlab.models.spectral_norm import LIPSCHITZ, settle_spectral_norms, spectral_norm


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


def test_a_weight_that_was_put_in_place_is_settled_at_once():
    torch.manual_seed(0)
    network = nn.Sequential(spectral_norm(nn.Linear(9, 5)), nn.ReLU(), spectral_norm(nn.Linear(5, 1))).eval()
    with torch.no_grad():
        for layer in (network[0], network[2]):
            layer.parametrizations.weight.original.copy_(torch.randn_like(layer.weight) * 40)
    settle_spectral_norms(network)
    for layer in (network[0], network[2]):
        top = torch.linalg.matrix_norm(layer.weight.detach(), ord=2)
        assert top.item() == pytest.approx(LIPSCHITZ, rel=0.02)
