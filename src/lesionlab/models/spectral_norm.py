"""Spectral normalisation (Miyato et al. 2018, algorithm 1) that stays in float32 under autocast."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrize

# With 1, four strided layers with leaky units leave logits so flat that the discriminator learns slower than the
# generator (docs/decisions/0009).
LIPSCHITZ = 2.0

FIRST_ITERATIONS = 15


class SpectralNorm(nn.Module):
    """Scale a weight to a largest singular value of `LIPSCHITZ`, found by one power iteration a training pass."""

    u: Tensor
    v: Tensor

    def __init__(self, weight: Tensor, first_iterations: int = FIRST_ITERATIONS) -> None:
        super().__init__()
        rows, columns = weight.flatten(1).shape
        self.register_buffer("u", F.normalize(torch.ones(rows), dim=0))
        self.register_buffer("v", F.normalize(torch.ones(columns), dim=0))
        self.settle(weight, first_iterations)

    def settle(self, weight: Tensor, iterations: int = FIRST_ITERATIONS) -> None:
        """Find the largest singular value of a weight that was put in place, by several iterations at once."""
        matrix = weight.detach().flatten(1)
        for _ in range(iterations):
            self._iterate(matrix)

    def _iterate(self, matrix: Tensor) -> None:
        with torch.no_grad():
            self.v = F.normalize(matrix.T @ self.u, dim=0)
            self.u = F.normalize(matrix @ self.v, dim=0)

    def forward(self, weight: Tensor) -> Tensor:
        """Return the weight with a spectral norm of `LIPSCHITZ`, same shape."""
        with torch.autocast(weight.device.type, enabled=False):
            matrix = weight.flatten(1)
            if self.training:
                self._iterate(matrix)
            sigma = torch.dot(self.u.clone(), matrix @ self.v.clone())
            return weight * (LIPSCHITZ / sigma)


def settle_spectral_norms(network: nn.Module) -> None:
    """Let every spectral norm of a network find the largest singular value of the weight that it has now."""
    for module in network.modules():
        if isinstance(module, parametrize.ParametrizationList):
            for norm in module:
                if isinstance(norm, SpectralNorm):
                    norm.settle(module.original)


def spectral_norm(module: nn.Module) -> nn.Module:
    """Put spectral normalisation on a module's `weight` and return the module."""
    weight = module.weight
    assert isinstance(weight, Tensor)
    parametrize.register_parametrization(module, "weight", SpectralNorm(weight))
    return module
