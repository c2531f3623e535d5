"""How long work tells that it goes on: library code calls, the command line draws."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Something that is told how much is done, in units of its own, and figures worth showing."""

    def __call__(self, done: float, total: float, **figures: float) -> None:
        """Report `done` of `total` and the latest figures, such as a loss."""


def silent(done: float, total: float, **figures: float) -> None:
    """Report nothing."""
