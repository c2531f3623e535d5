"""A convolution whose kernel's gradient, on small images in bfloat16, is one product of matrices."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

PADDING = 1
# On coarser images oneDNN's kernel gradient in bfloat16 reaches a tenth of the machine's rate (docs/performance.md).
PRODUCT_UP_TO_PX = 8


class ProductConv(nn.Conv2d):
    """Be `nn.Conv2d(in_channels, out_channels, kernel_px, stride, padding=1)`."""

    def __init__(self, in_channels: int, out_channels: int, kernel_px: int, stride: int = 1) -> None:
        super().__init__(in_channels, out_channels, kernel_px, stride, PADDING)

    def forward(self, x: Tensor) -> Tensor:
        """Map [N, in, H, W] to [N, out, h, w]."""
        # A penalty needs gradients of gradients: it is worked out in float32, and goes torch's own way.
        if x.dtype == torch.bfloat16 and x.device.type == "cpu" and x.shape[2] <= PRODUCT_UP_TO_PX:
            assert self.bias is not None
            found: Tensor = _ByProduct.apply(x, self.weight.to(x.dtype), self.bias.to(x.dtype), self.stride[0])
            return found
        return super().forward(x)


class _ByProduct(torch.autograd.Function):
    """The convolution, with the kernel's gradient as one product of what came out and the patches that went in."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, stride: int) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.stride = stride
        return F.conv2d(x, weight, bias, stride, PADDING)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        slope = gradients[0].contiguous(memory_format=torch.channels_last)
        for_x, for_weight, for_bias, _ = ctx.needs_input_grad
        rows = slope.permute(0, 2, 3, 1).reshape(-1, slope.shape[1])
        return (
            _input_gradient(slope, x, weight, ctx.stride) if for_x else None,
            _kernel_gradient(rows, x, weight.shape[2], ctx.stride) if for_weight else None,
            rows.sum(dim=0) if for_bias else None,
            None,
        )


def _input_gradient(slope: Tensor, x: Tensor, weight: Tensor, stride: int) -> Tensor:
    strides, padding, ones = [stride, stride], [PADDING, PADDING], [1, 1]
    found: Tensor = torch.ops.aten.convolution_backward(
        slope, x, weight, None, strides, padding, ones, False, [0, 0], 1, [True, False, False]
    )[0]
    return found


def _kernel_gradient(rows: Tensor, x: Tensor, kernel_px: int, stride: int) -> Tensor:
    """Return the gradient [out, in, k, k] for slopes [N * h * w, out]; turned beforehand, the product is faster."""
    kernel = rows.t().contiguous() @ _patches(x, kernel_px, stride)
    return kernel.view(-1, kernel_px, kernel_px, x.shape[1]).permute(0, 3, 1, 2)


def _patches(x: Tensor, kernel_px: int, stride: int) -> Tensor:
    """Return the patch that each output pixel sees, row by row: [N * h * w, k * k * channels]."""
    images, channels, *sides = x.shape
    height, width = ((side + 2 * PADDING - kernel_px) // stride + 1 for side in sides)
    padded = F.pad(x.permute(0, 2, 3, 1), (0, 0, PADDING, PADDING, PADDING, PADDING))
    image, row, pixel, _ = padded.stride()
    lines = padded.as_strided(
        (images, height, width, kernel_px, kernel_px * channels), (image, stride * row, stride * pixel, row, 1)
    )
    return lines.reshape(-1, kernel_px * kernel_px * channels)
