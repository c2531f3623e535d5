"""The processes that train one model together, each with an equal share of every batch: started by `torchrun`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor, nn

from lesionlab.core.errors import OptionsError


@dataclass(frozen=True)
class Team:
    """How many processes there are and which one this is; rank 0 alone writes files."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this is the process that writes."""
        return self.rank == 0

    def rows(self, batch_size: int, parts: int) -> list[slice]:
        """Return which rows of a batch are worked through here, in so many parts.

        Raises:
            OptionsError: the batch cannot be shared out evenly, or a part would have less than two images.
        """
        shares = self.size * parts
        size = batch_size // shares
        if batch_size % shares or size < 2:
            raise OptionsError(
                f"A batch of {batch_size} cannot be shared by {self.size} processes in {parts} parts each.",
                f"Give a batch_size that is a multiple of {shares}, at least {2 * shares}.",
            )
        first = self.rank * parts
        return [slice(number * size, (number + 1) * size) for number in range(first, first + parts)]

    def sum_gradients(self, network: nn.Module) -> None:
        """Replace the gradients of a network by their sums over all processes."""
        if self.size > 1:
            self._sum_all([p.grad for p in network.parameters() if p.grad is not None])

    def sum_figures(self, figures: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return each figure summed over all processes."""
        if self.size == 1:
            return figures
        names = sorted(figures)
        values = torch.stack([figures[name].detach().float() for name in names])
        dist.all_reduce(values)
        return dict(zip(names, values, strict=True))

    def any(self, here: bool) -> bool:
        """Return whether it is so in at least one of the processes."""
        if self.size == 1:
            return here
        asked = torch.tensor(float(here), device=_device())
        dist.all_reduce(asked, op=dist.ReduceOp.MAX)
        return bool(asked.item())

    def told(self, word: str) -> str:
        """Return the leading process's word."""
        if self.size == 1:
            return word
        words = [word]
        dist.broadcast_object_list(words, src=0)
        return words[0]

    @staticmethod
    def _sum_all(tensors: Iterable[Tensor]) -> None:
        listed = list(tensors)
        together = torch.cat([each.flatten() for each in listed])  # one message in place of one a layer
        dist.all_reduce(together)
        for each, summed in zip(
            listed, torch.split_with_sizes(together, [each.numel() for each in listed]), strict=True
        ):
            each.copy_(summed.view_as(each))


ALONE = Team()


def join_team() -> Team:
    """Join the processes that `torchrun` started with this one; without it, return a team of one.

    On CUDA each process takes the device of its local rank.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        return ALONE
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    if not dist.is_initialized():
        dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    return Team(dist.get_rank(), dist.get_world_size())


def leave_team(team: Team) -> None:
    """Part from the other processes when all have come to their end: one that leaves early takes them down."""
    if team.size > 1:
        dist.barrier()
        dist.destroy_process_group()


def _device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
