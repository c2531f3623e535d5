"""Batch norm whose statistics are those of the whole batch, also where several processes hold a share of it each."""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn


class _Sum(torch.autograd.Function):
    """Sum over the processes, in both directions: each one's loss depends on everyone's statistics."""

    @staticmethod
    def forward(ctx: Any, values: Tensor) -> Tensor:
        total = values.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        total = gradients[0].contiguous().clone()
        dist.all_reduce(total)
        return total


class BatchNorm2d(nn.BatchNorm2d):
    """`nn.BatchNorm2d`, which while `synced` and in training takes its statistics over all processes (any device)."""

    synced = False

    def forward(self, x: Tensor) -> Tensor:
        """Normalise [N, C, H, W]; every process must hold as many rows."""
        if not (self.synced and self.training):
            return super().forward(x)
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.momentum is not None
        wide = x.float()
        count = x.numel() / x.shape[1] * dist.get_world_size()
        mean = _sum(wide.sum(dim=(0, 2, 3))) / count
        centred = wide - mean[:, None, None]
        variance = _sum(centred.square().sum(dim=(0, 2, 3))) / count
        with torch.no_grad():
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(variance * (count / max(count - 1, 1)), self.momentum)
        normalised = centred * torch.rsqrt(variance + self.eps)[:, None, None]
        if self.weight is not None:
            normalised = torch.addcmul(self.bias[:, None, None], normalised, self.weight[:, None, None])
        return normalised.to(x.dtype)


def _sum(values: Tensor) -> Tensor:
    total: Tensor = _Sum.apply(values)
    return total


def sync_batch_norm(network: nn.Module, synced: bool) -> None:
    """Let the batch norms of a network take their statistics over all processes, or over their own batch alone."""
    for module in network.modules():
        if isinstance(module, BatchNorm2d):
            module.synced = synced
