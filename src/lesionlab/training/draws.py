"""Random numbers for some rows of a batch: those that the whole batch would get there."""

from __future__ import annotations

import torch
from torch import Tensor

from lesionlab.core.seeds import derive_seed


class Draws:
    """Draw for all `batch_size` rows from one seed, role and step, and keep `rows` of them.

    A batch worked through in parts, or by several processes, so gets the numbers that it would get in one piece, and
    a resumed run those of one that was never stopped.
    """

    def __init__(
        self, seed: int, role: str, step: int, device: torch.device, batch_size: int, rows: slice = slice(None)
    ) -> None:
        self.random = torch.Generator(device).manual_seed(derive_seed(seed, role, step))
        self.device, self.batch_size, self.rows = device, batch_size, rows

    def uniform(self, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
        """Return uniform numbers in 0..1, a row an image: [rows, *shape]."""
        size = (self.batch_size, *shape)
        return torch.rand(size, generator=self.random, device=self.device, dtype=dtype)[self.rows]

    def normal(self, *shape: int) -> Tensor:
        """Return standard normal numbers, a row an image: float32 [rows, *shape]."""
        return torch.randn((self.batch_size, *shape), generator=self.random, device=self.device)[self.rows]

    def integers(self, below: int, *shape: int) -> Tensor:
        """Return whole numbers 0 to `below` - 1, a row an image: int64 [rows, *shape]."""
        size = (self.batch_size, *shape)
        return torch.randint(0, below, size, generator=self.random, device=self.device)[self.rows]

    def labels(self, probabilities: Tensor) -> Tensor:
        """Return labels drawn with these probabilities [C]: int64 [rows]."""
        return torch.multinomial(probabilities, self.batch_size, replacement=True, generator=self.random)[self.rows]
