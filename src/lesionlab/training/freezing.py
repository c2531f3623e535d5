"""Keep the first blocks of a pretrained trunk as they are while the rest learns."""

from __future__ import annotations

from collections.abc import Iterator

from torch import nn

from lesionlab.records.options import ClassifierOptions


def is_held(options: ClassifierOptions, kimg: float) -> bool:
    """Return whether the frozen blocks are still frozen after so many images."""
    return bool(options.frozen_blocks) and (not options.frozen_kimg or kimg < options.frozen_kimg)


def hold(trunk: nn.Sequential, blocks: int, held: bool) -> None:
    """Hold the first blocks, a block ending with its pooling, or let them go.

    Held layers get no gradient, so that no optimiser moves them, and their batch norms neither use nor change the
    statistics of the batch.
    """
    for layer in _first(trunk, blocks):
        layer.requires_grad_(not held).train(not held)


def _first(trunk: nn.Sequential, blocks: int) -> Iterator[nn.Module]:
    ended = 0
    for layer in trunk:
        if ended == blocks:
            return
        yield layer
        ended += isinstance(layer, nn.MaxPool2d)
