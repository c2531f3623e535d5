"""Upsampling by two without a grid, computed as one transposed convolution."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# Below this input size composing the kernel costs more than it saves (docs/decisions/0007).
COMPOSE_FROM_PX = 8


def compose_kernel(weight: Tensor) -> Tensor:
    """Return the 4x4 stride-2 transposed kernel of "nearest x2, then this 3x3 convolution".

    Each output pixel of the pair sees only 2x2 distinct inputs, so 4 products a pixel replace 9.

    Args:
        weight: float [out, in, 3, 3], as of `nn.Conv2d` with padding 1.

    Returns:
        float [in, out, 4, 4], for `F.conv_transpose2d(..., stride=2, padding=1)`.
    """
    turned = F.pad(weight.flip(2, 3).transpose(0, 1), (1, 1, 1, 1))
    return turned[..., :-1, :-1] + turned[..., 1:, :-1] + turned[..., :-1, 1:] + turned[..., 1:, 1:]


class ResizeConv(nn.Module):
    """Nearest-neighbour upsampling by two, then a 3x3 convolution: no grid by construction (Odena et al. 2016)."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(out_channels, in_channels, 3, 3))

    def forward(self, x: Tensor) -> Tensor:
        """Map [N, in, H, W] to [N, out, 2H, 2W]."""
        if x.shape[2] >= COMPOSE_FROM_PX:
            return F.conv_transpose2d(x, compose_kernel(self.weight), stride=2, padding=1)
        return F.conv2d(F.interpolate(x, scale_factor=2, mode="nearest"), self.weight, padding=1)

    def as_transposed(self) -> nn.ConvTranspose2d:
        """Return the same map as a plain transposed convolution with a fixed kernel, for the export."""
        out_channels, in_channels = self.weight.shape[:2]
        plain = nn.ConvTranspose2d(in_channels, out_channels, 4, stride=2, padding=1, bias=False)
        plain.weight = nn.Parameter(compose_kernel(self.weight.detach()))
        return plain
