"""What came of a collecting, told alike for every source, and whether that was less than was asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import typer

REASONS_SHOWN = 6


@dataclass(frozen=True)
class Tally:
    """The figures of one query; `fetched` counts all that lie here now, `new` those of this run among them."""

    source: str
    requested: int | None  # None: all there are
    available: int | None  # None: the source has not told, or not all of it was seen
    fetched: int
    new: int
    failed: int = 0
    refused: int = 0
    forgotten: int = 0
    failures: Mapping[str, int] = field(default_factory=dict)  # reason: how many images
    refusals: Mapping[str, int] = field(default_factory=dict)
    troubles: tuple[str, ...] = ()  # what kept the query from its end: a page that could not be read, a host's wish

    @property
    def short(self) -> bool:
        """Tell whether less came than was asked for; what is refused for its licence does not count as asked for."""
        if self.failed or self.troubles:
            return True
        return self.requested is not None and self.fetched < self.requested


def count_reasons(reasons: Iterable[str]) -> dict[str, int]:
    """Return how often each reason stands there, the commonest first."""
    return dict(Counter(reasons).most_common())


def tell(tally: Tally) -> None:
    """Print the summary and leave with exit code 1 where less came than was asked for."""
    typer.echo(summary(tally))
    if tally.short:
        raise typer.Exit(1)


def summary(tally: Tally) -> str:
    """Return the figures, the commonest reasons, and what to do next, as lines of text."""
    requested = "all" if tally.requested is None else f"{tally.requested:,}"
    available = "not known" if tally.available is None else f"{tally.available:,}"
    lines = [
        f"{tally.source}: requested {requested}, available {available}, fetched {tally.fetched:,} "
        f"({tally.new:,} now), failed {tally.failed:,}, refused {tally.refused:,}."
    ]
    if tally.forgotten:
        lines.append(f"{tally.forgotten:,} were forgotten by you before and are left alone.")
    lines += _reasons("failed", tally.failures)
    lines += _reasons("refused", tally.refusals)
    lines += tally.troubles
    if tally.short:
        again = "the same command goes on where it stopped" if tally.failed or tally.troubles else "there are no more"
        lines.append(f"Fewer came than were asked for: {again}.")
    return "\n".join(lines)


def _reasons(state: str, reasons: Mapping[str, int]) -> list[str]:
    shown = list(reasons.items())[:REASONS_SHOWN]
    lines = [f"  {count:,} {state}: {reason}" for reason, count in shown]
    left = sum(reasons.values()) - sum(count for _, count in shown)
    return [*lines, f"  {left:,} {state}: for other reasons"] if left else lines
