"""Exponential moving average of weights, and batch-norm statistics made anew for it."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import TypeVar

import torch
from torch import Tensor, nn

Network = TypeVar("Network", bound=nn.Module)

RAMP = 0.05  # the half-life is at most this share of the images seen, so that the first weights are soon forgotten


def averaged_copy(network: Network) -> Network:
    """Return a frozen copy that will hold the average."""
    return copy.deepcopy(network).requires_grad_(False).eval()


@torch.no_grad()
def update_average(average: nn.Module, network: nn.Module, kimg: float, batch_size: int, halflife_kimg: float) -> None:
    """Move the average towards the network by one step; buffers are copied."""
    halflife = min(halflife_kimg, kimg * RAMP)
    keep = 0.5 ** (batch_size / 1000 / max(halflife, 1e-8))
    torch._foreach_lerp_(list(average.parameters()), list(network.parameters()), 1 - keep)
    for mine, theirs in zip(average.buffers(), network.buffers(), strict=True):
        mine.copy_(theirs)


@torch.no_grad()
def recompute_batch_norm(network: nn.Module, batches: Iterable[tuple[Tensor, ...]]) -> None:
    """Set batch-norm statistics to the plain average over `batches`: those of the network's own weights."""
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a cumulative average
        norm.train()
    for batch in batches:
        network(*batch)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
        norm.eval()
