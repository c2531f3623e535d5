"""What a run was computed on, in words: its time means something on the same machine alone."""

from __future__ import annotations

import platform
from pathlib import Path

from lesionlab.core.processes import cores

CPUINFO = Path("/proc/cpuinfo")


def machine(threads: int) -> str:
    """Return processor and threads, such as `x86_64 AMD EPYC 7B13, 1 of 2 cores`; 0 threads are all cores."""
    return f"{platform.machine()} {_processor()}, {threads or cores()} of {cores()} cores"


def _processor() -> str:
    try:
        lines = CPUINFO.read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "processor"
    named = (line.partition(":")[2].strip() for line in lines if line.lower().startswith("model name"))
    return next(named, "processor")
