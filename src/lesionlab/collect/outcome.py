"""What became of a query: requested, available, fetched, failed, refused, forgotten, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

REASONS_KEPT = 40
OTHER = "other reasons"

Fate = Literal["failed", "refused", "forgotten"]


@dataclass
class Outcome:
    """Counts of one query; `requested` is None for all there are, `available` None until the source tells."""

    requested: int | None
    available: int | None = None
    new: int = 0  # fetched by this run
    had: int = 0  # there before
    reasons: dict[Fate, Counter[str]] = field(
        default_factory=lambda: {"failed": Counter(), "refused": Counter(), "forgotten": Counter()}
    )

    @property
    def fetched(self) -> int:
        """How many are there now, old and new."""
        return self.new + self.had

    @property
    def failed(self) -> int:
        """How many failed."""
        return self.reasons["failed"].total()

    @property
    def refused(self) -> int:
        """How many must not be kept."""
        return self.reasons["refused"].total()

    @property
    def forgotten(self) -> int:
        """How many the user had forgotten before."""
        return self.reasons["forgotten"].total()

    @property
    def wanted(self) -> int:
        """How many are to come, as far as is known: what was asked for, or what the source has of it to keep."""
        kept = None if self.available is None else self.available - self.refused - self.forgotten
        return min((count for count in (self.requested, kept) if count is not None), default=0)

    @property
    def unlisted(self) -> int:
        """How many of all there are the source counted and did not list; 0 where not all were asked for."""
        if self.requested is not None or self.available is None:
            return 0
        return max(0, self.available - self.fetched - self.failed - self.refused - self.forgotten)

    def note(self, fate: Fate, reason: str) -> None:
        """Count an image that was not fetched; of a great many reasons the later ones count as others."""
        counted = self.reasons[fate]
        known = reason in counted or len(counted) < REASONS_KEPT
        counted[reason if known else OTHER] += 1
