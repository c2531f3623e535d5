"""Batch norm with the class's gain and bias, then ReLU, in few passes over memory."""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from lesionlab.models.batch_norm import BatchNorm2d

LINE = 512  # values that a row of coefficients is repeated to: short rows keep vector units waiting


class ConditionalBatchNorm(nn.Module):
    """Batch norm whose gain and bias belong to the class (Dumoulin et al. 2017; Miyato & Koyama 2018), then ReLU."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.norm = BatchNorm2d(channels, affine=False)
        self.gain = nn.Parameter(torch.ones(classes, channels))
        self.bias = nn.Parameter(torch.zeros(classes, channels))

    def forward(self, x: Tensor, mix: Tensor) -> Tensor:
        """Normalise [N, C, H, W], scale by the gains of the classes weighted by `mix` [N, classes], cut at zero."""
        with torch.autocast(x.device.type, enabled=False):
            gain, bias = mix @ self.gain, mix @ self.bias
        if self.training and self.norm.momentum is not None:  # without momentum the statistics are being recomputed
            return self._trained(x, gain, bias)
        normalised: Tensor = self.norm(x)
        gain, bias = (each[:, :, None, None].to(x.dtype) for each in (gain, bias))
        return torch.relu(torch.addcmul(bias, normalised, gain))

    def _trained(self, x: Tensor, gain: Tensor, bias: Tensor) -> Tensor:
        norm = self.norm
        assert norm.running_mean is not None
        assert norm.running_var is not None
        assert norm.num_batches_tracked is not None
        assert norm.momentum is not None
        out: Tensor
        out, mean, variance, count = _NormScaleRelu.apply(x, gain, bias, norm.eps, norm.synced)
        with torch.no_grad():
            norm.running_mean.lerp_(mean, norm.momentum)
            norm.running_var.lerp_(variance * (count / max(count - 1, 1)), norm.momentum)
            norm.num_batches_tracked += 1
        return out


class _NormScaleRelu(torch.autograd.Function):
    """relu((x - mean) / deviation * gain + bias), the statistics over the batch, in float32.

    As separate operations this is the dearest part of a generator in bfloat16 with channels last: native batch norm
    and broadcasts over rows of a few channels take three quarters of the time of its finest layer
    (docs/performance.md). Here every pass over the image is one multiply-add over long rows.
    """

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, gain: Tensor, bias: Tensor, eps: float, synced: bool
    ) -> tuple[Tensor, Tensor, Tensor, int]:
        x = x.contiguous(memory_format=torch.channels_last)
        sums = torch.stack((_sums(x), _sums(x * x))).sum(dim=1)
        count = x.shape[0] * x.shape[2] * x.shape[3]
        if synced:
            dist.all_reduce(sums)
            count *= dist.get_world_size()
        mean, square = sums / count
        variance = (square - mean * mean).clamp_min(0)
        inverse = torch.rsqrt(variance + eps)
        scale = gain * inverse
        out = _multiply_add(x, scale, bias - mean * scale).relu_()
        ctx.save_for_backward(x, out, gain, mean, inverse)
        ctx.count, ctx.synced = count, synced
        ctx.mark_non_differentiable(mean, variance)
        return out, mean, variance, count

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        x, out, gain, mean, inverse = ctx.saved_tensors
        slope = gradients[0].contiguous(memory_format=torch.channels_last)
        slope = torch.ops.aten.threshold_backward(slope, out, 0)
        along_bias = _sums(slope)
        along_gain = (_sums(slope * x) - mean * along_bias) * inverse
        means = torch.stack((gain * along_bias, gain * along_gain)).sum(dim=1)
        if ctx.synced:
            dist.all_reduce(means)
        first, second = means / ctx.count
        back = -inverse * inverse * second
        through_statistics = _multiply_add(x, back[None], (-inverse * first - back * mean)[None])
        return _multiply_add(slope, gain * inverse, through_statistics), along_gain, along_bias, None, None


def _sums(x: Tensor) -> Tensor:
    """Sum [N, C, H, W], channels last, over each image: float32 [N, C].

    In the number format of x along each place of a line, then in float32: asked for float32 at once, torch copies x.
    """
    lines = _lines(x)
    return lines.sum(dim=1).float().view(len(x), -1, x.shape[1]).sum(dim=1)


def _multiply_add(x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """Return x * scale + shift, for scales [N or 1, C] and shifts alike, or a shift of the shape of x."""
    images, channels, height, width = x.shape
    lines = _lines(x)
    repeats = lines.shape[2] // channels

    def repeated(values: Tensor) -> Tensor:
        return values.to(x.dtype).repeat(1, repeats)[:, None]

    shifts = _lines(shift) if shift.dim() == x.dim() else repeated(shift)
    return torch.addcmul(shifts, lines, repeated(scale)).view(images, height, width, channels).permute(0, 3, 1, 2)


def _lines(x: Tensor) -> Tensor:
    """View [N, C, H, W], channels last, as [N, lines, values]: a line holds the channels of some pixels in a row."""
    images, channels, height, width = x.shape
    repeats = 1
    while 2 * repeats * channels <= LINE and height * width % (2 * repeats) == 0:
        repeats *= 2
    return x.permute(0, 2, 3, 1).reshape(images, -1, repeats * channels)
