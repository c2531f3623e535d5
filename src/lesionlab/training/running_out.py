"""Disk and memory that run out: found before the first step where it can be, else told with what is kept."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from lesionlab.core.errors import RunError
from lesionlab.records.run import RunFolder

STATES = 4  # room for the saved state, the next one beside it, optimisers that are still empty, sheets and the export
CPU_REFUSAL = "DefaultCPUAllocator"  # torch has no class of its own for it


def check_room(run: RunFolder, state: dict[str, Any]) -> None:
    """Refuse to begin where the disk cannot hold what the run will write.

    Raises:
        RunError: the free space is less than four such states.
    """
    needed, free = STATES * bytes_of(state), shutil.disk_usage(run.path).free
    if free < needed:
        raise RunError(
            f"{run.path} has {free / 2**20:,.0f} MB of free space; the run may need {needed / 2**20:,.0f} MB.",
            f"Make room, or set LESIONLAB_HOME to another disk. {_go_on(run)}",
        )


def bytes_of(value: Any) -> int:
    """Return the bytes of all tensors in nested dicts and lists."""
    if isinstance(value, Tensor):
        return value.numel() * value.element_size()
    if isinstance(value, dict):
        return sum(map(bytes_of, value.values()))
    return sum(map(bytes_of, value)) if isinstance(value, list | tuple) else 0


@contextmanager
def telling_what_ran_out(run: RunFolder) -> Iterator[None]:
    """Turn a full disk and full memory into errors that say what is kept and how to go on.

    Raises:
        RunError: one of them is full.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise RunError(f"The disk of {run.path} is full. {_kept(run)}", f"Make room. {_go_on(run)}") from error
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise _too_large(run, str(error)) from error
    except RuntimeError as error:
        if CPU_REFUSAL not in str(error):
            raise
        raise _too_large(run, str(error)) from error


def _too_large(run: RunFolder, told: str) -> RunError:
    first = told.splitlines()[0] if told else "no memory is left"
    return RunError(
        f"A step does not fit into the memory ({first.rstrip('.')}). {_kept(run)}",
        "End what else uses this memory and go on, or start a new run with a smaller batch_size; for a generator "
        "accumulate=2 halves what a step holds.",
    )


def _kept(run: RunFolder) -> str:
    return "The state saved last is whole." if run.state.is_file() else "Nothing was saved yet."


def _go_on(run: RunFolder) -> str:
    return f"Then go on: --resume {run.path.name}."
