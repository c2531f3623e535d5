"""The discriminator's convolution, 4x4 with stride 2: its kernel's gradient is a product where that is faster."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

KERNEL_PX, STRIDE, PADDING = 4, 2, 1
# On coarser images oneDNN's kernel gradient in bfloat16 reaches a tenth of the machine's rate (docs/performance.md).
PRODUCT_UP_TO_PX = 8


class StridedConv(nn.Conv2d):
    """Halve the side: `nn.Conv2d(in_channels, out_channels, 4, stride=2, padding=1)`."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, KERNEL_PX, stride=STRIDE, padding=PADDING)

    def forward(self, x: Tensor) -> Tensor:
        """Map [N, in, H, W] to [N, out, H/2, W/2]."""
        # A penalty needs gradients of gradients: it is worked out in float32, and goes torch's own way.
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
        return F.conv2d(x, weight, bias, STRIDE, PADDING)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        slope = gradients[0].contiguous(memory_format=torch.channels_last)
        for_x, for_weight, for_bias = ctx.needs_input_grad
        x_slope = (
            torch.ops.aten.convolution_backward(
                *(slope, x, weight, None, [STRIDE, STRIDE], [PADDING, PADDING], [1, 1], False, [0, 0], 1),
                [True, False, False],
            )[0]
            if for_x
            else None
        )
        rows = slope.permute(0, 2, 3, 1).reshape(-1, slope.shape[1])
        kernel = (rows.t() @ _patches(x)).view(len(weight), KERNEL_PX, KERNEL_PX, -1) if for_weight else None
        return (
            x_slope,
            None if kernel is None else kernel.permute(0, 3, 1, 2),
            rows.sum(dim=0) if for_bias else None,
        )


def _patches(x: Tensor) -> Tensor:
    """Return the patch that each output pixel sees, row by row: [N * H/2 * W/2, 4 * 4 * channels]."""
    images, channels, height, width = x.shape
    padded = F.pad(x.permute(0, 2, 3, 1), (0, 0, PADDING, PADDING, PADDING, PADDING))
    image, row, pixel, _ = padded.stride()
    lines = padded.as_strided(
        (images, height // STRIDE, width // STRIDE, KERNEL_PX, KERNEL_PX * channels),
        (image, STRIDE * row, STRIDE * pixel, row, 1),
    )
    return lines.reshape(-1, KERNEL_PX * KERNEL_PX * channels)
