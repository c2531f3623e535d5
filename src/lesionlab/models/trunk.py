"""A trunk of convolutions, batch norms, ReLUs and poolings: the same values in training, in fewer passes."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

KERNEL_PX, PADDING = 3, 1
# On coarser images oneDNN's kernel gradient in bfloat16 reaches a tenth of the machine's rate (docs/performance.md).
PRODUCT_UP_TO_PX = 8


class Trunk(nn.Sequential):
    """Layers in a row. In training a ReLU waits for the pooling after it, since the greatest stays the greatest.

    So it passes over a quarter of the values; and not in place, which takes torch twice as long in bfloat16. In
    evaluation, and so in an export, it stays at its convolution, where engines join the two.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Map images [N, 3, S, S] to the last features [N, F, h, w]."""
        waits = False
        for layer in self:
            if self.training and isinstance(layer, nn.ReLU):
                waits = True
                continue
            if waits and not isinstance(layer, nn.MaxPool2d):
                x, waits = torch.relu(x), False
            x = layer(x)
        return torch.relu(x) if waits else x


class TrunkConv(nn.Conv2d):
    """Keep the side: `nn.Conv2d(in_channels, out_channels, 3, padding=1)`."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, KERNEL_PX, padding=PADDING)

    def forward(self, x: Tensor) -> Tensor:
        """Map [N, in, H, W] to [N, out, H, W]."""
        if x.dtype == torch.bfloat16 and x.device.type == "cpu" and x.shape[2] <= PRODUCT_UP_TO_PX:
            assert self.bias is not None
            found: Tensor = _ByProduct.apply(x, self.weight.to(x.dtype), self.bias.to(x.dtype))
            return found
        return super().forward(x)


class _ByProduct(torch.autograd.Function):
    """The convolution, with the kernel's gradient as one product of what came out and the patches that went in."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return F.conv2d(x, weight, bias, padding=PADDING)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        slope = gradients[0].contiguous(memory_format=torch.channels_last)
        for_x, for_weight, for_bias = ctx.needs_input_grad
        rows = slope.permute(0, 2, 3, 1).reshape(-1, slope.shape[1])
        return (
            _input_gradient(slope, x, weight) if for_x else None,
            _kernel_gradient(rows, x) if for_weight else None,
            rows.sum(dim=0) if for_bias else None,
        )


def _input_gradient(slope: Tensor, x: Tensor, weight: Tensor) -> Tensor:
    ones = [1, 1]
    found: Tensor = torch.ops.aten.convolution_backward(
        slope, x, weight, None, ones, [PADDING, PADDING], ones, False, [0, 0], 1, [True, False, False]
    )[0]
    return found


def _kernel_gradient(rows: Tensor, x: Tensor) -> Tensor:
    """Return the gradient [out, in, 3, 3] for slopes [N * H * W, out]; turned beforehand, the product is faster."""
    patches = _patches(x)
    kernel = rows.t().contiguous() @ patches
    return kernel.view(-1, KERNEL_PX, KERNEL_PX, x.shape[1]).permute(0, 3, 1, 2)


def _patches(x: Tensor) -> Tensor:
    """Return the patch that each output pixel sees, row by row: [N * H * W, 3 * 3 * channels]."""
    images, channels, height, width = x.shape
    padded = F.pad(x.permute(0, 2, 3, 1), (0, 0, PADDING, PADDING, PADDING, PADDING))
    image, row, pixel, _ = padded.stride()
    shape = (images, height, width, KERNEL_PX, KERNEL_PX * channels)
    return padded.as_strided(shape, (image, row, pixel, row, 1)).reshape(-1, KERNEL_PX * KERNEL_PX * channels)
