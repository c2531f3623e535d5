"""Text for terminals: aligned tables and bars."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows as left-aligned columns under a head."""
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    padded = [[cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in lines]
    return "\n".join("  ".join(line).rstrip() for line in padded)


def bar(share: float, width: int = 20) -> str:
    """Return a share of 0..1 as a bar of characters that the terminal has."""
    filled = round(max(0.0, min(1.0, share)) * width)
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower()
    full, empty = ("█", "·") if encoding.startswith("utf") else ("#", ".")
    return full * filled + empty * (width - filled)
