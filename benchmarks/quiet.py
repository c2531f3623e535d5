"""Is the machine ours? Figures taken beside other work are worth nothing."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

MOST_CORES = 0.15  # a desktop's own murmur


@dataclass(frozen=True)
class Busy:
    """A process and the cores that it kept busy while it was watched."""

    pid: int
    name: str
    cores: float


def others(watch_s: float = 1.0, proc: Path = Path("/proc")) -> list[Busy] | None:
    """Return the other processes that computed within the next moment, busiest first; None where it cannot be told."""
    if not (proc / "self" / "stat").exists():
        return None
    before = _ticks(proc)
    started = time.monotonic()
    time.sleep(watch_s)
    passed = (time.monotonic() - started) * os.sysconf("SC_CLK_TCK")
    after = _ticks(proc)
    busy = [
        Busy(pid, name, (ticks - before[pid][1]) / passed)
        for pid, (name, ticks) in after.items()
        if pid != os.getpid() and pid in before and ticks > before[pid][1]
    ]
    return sorted(busy, key=lambda process: -process.cores)


def _ticks(proc: Path) -> dict[int, tuple[str, int]]:
    """Return name and used processor ticks of every process."""
    found = {}
    for folder in proc.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            stat = (folder / "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue  # it ended just now
        # The name stands in parentheses and may hold spaces and parentheses itself.
        name, fields = stat[stat.index("(") + 1 : stat.rindex(")")], stat[stat.rindex(")") + 2 :].split()
        found[int(folder.name)] = (name, int(fields[11]) + int(fields[12]))
    return found


def refusal(busy: list[Busy] | None) -> str:
    """Return why no figures are taken now, empty when the machine is quiet enough."""
    total = sum(process.cores for process in busy or [])
    if not busy or total <= MOST_CORES:
        return ""
    named = ", ".join(f"{process.name} (process {process.pid}, {process.cores:.2f} cores)" for process in busy[:3])
    return (
        f"Other processes keep {total:.2f} cores busy, most of all {named}.\n"
        f"Wait until they have ended (at most {MOST_CORES} cores may be in use), then run this again."
    )
