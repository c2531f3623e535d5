"""Spectral normalisation (Miyato et al. 2018, algorithm 1) that stays in float32 under autocast."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrize

# With 1, four strided layers with leaky units leave logits so flat that the discriminator learns slower than the
# generator (docs/decisions/0009).
LIPSCHITZ = 2.0


class SpectralNorm(nn.Module):
    """Scale a weight to a largest singular value of `LIPSCHITZ`, found by one power iteration a training pass."""

    u: Tensor
    v: Tensor

    def __init__(self, weight: Tensor, first_iterations: int = 15) -> None:
        super().__init__()
        matrix = weight.detach().flatten(1)
        self.register_buffer("u", F.normalize(torch.ones(matrix.shape[0]), dim=0))
        self.register_buffer("v", F.normalize(torch.ones(matrix.shape[1]), dim=0))
        for _ in range(first_iterations):
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


def spectral_norm(module: nn.Module) -> nn.Module:
    """Put spectral normalisation on a module's `weight` and return the module."""
    weight = module.weight
    assert isinstance(weight, Tensor)
    parametrize.register_parametrization(module, "weight", SpectralNorm(weight))
    return module
