"""Where and in which number format a network runs on this machine."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from lesionlab.core.processes import cores
from lesionlab.models.allocator import keep_freed_memory


@dataclass(frozen=True)
class Compute:
    """A device and whether convolutions on it run in bfloat16."""

    device: torch.device
    bf16: bool

    def autocast(self) -> torch.autocast:
        """Return the context in which a training pass runs."""
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.bf16)


def cpu_has_bf16() -> bool:
    """Return whether the CPU multiplies bfloat16 in hardware; emulation is slower than float32."""
    probes = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(bool(getattr(torch.cpu, probe)()) for probe in probes if hasattr(torch.cpu, probe))


def choose_compute(bf16: bool, threads: int) -> Compute:
    """Choose CUDA where there is one, set the CPU's threads and memory, and bfloat16 where wanted and in hardware."""
    torch.set_num_threads(threads or cores())
    keep_freed_memory()
    torch.set_flush_denormal(True)
    if torch.cuda.is_available():
        return Compute(torch.device("cuda"), bf16 and torch.cuda.is_bf16_supported())
    return Compute(torch.device("cpu"), bf16 and cpu_has_bf16())
