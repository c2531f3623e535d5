"""`lesionlab collect status`: what was asked for, what is there, and under which licences."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from lesionlab.records.collected import State

if TYPE_CHECKING:
    from lesionlab.collect.status import CollectionStatus, QueryStatus, SourceStatus

LONGEST_QUERY = 48
ORDER: tuple[State, ...] = ("fetched", "failed", "refused", "wanted", "forgotten")


def status(
    source: Annotated[str, typer.Option(help="Only this source, such as 'isic'. [default: all]")] = "",
) -> None:
    """Show what is collected, by source and by query."""
    from lesionlab.collect.collection import open_collection
    from lesionlab.collect.status import read_status
    from lesionlab.core.errors import InputError
    from lesionlab.core.names import did_you_mean

    with open_collection() as collection:
        found = read_status(collection.manifest, source or None)
        known = {status.source for status in read_status(collection.manifest).sources} if source else set()
    if source and not found.sources and not found.queries:
        raise InputError(f"Nothing was collected from '{source}'.", did_you_mean(source, sorted(known)))
    typer.echo(text(found))


def text(found: CollectionStatus) -> str:
    """Return the tables of a collection: one row for each source, one for each query."""
    from lesionlab.cli.text import table

    if not found.sources and not found.queries:
        return "Nothing is collected yet."
    lines = [
        table(
            ("source", *(f"{state:>9}" for state in ORDER), f"{'size':>9}"),
            [(s.source, *(f"{s.counts[state]:>9,}" for state in ORDER), f"{_size(s):>9}") for s in found.sources],
        ),
        "",
        *(line for status in found.sources for line in _kinds(status)),
        "",
        table(
            ("query", f"{'requested':>9}", f"{'available':>9}", *(f"{state:>9}" for state in ORDER), "asked (UTC)"),
            [_row(query) for query in found.queries],
        ),
    ]
    open_ones = [query for query in found.queries if not query.query.ended_at]
    if open_ones:
        lines += ["", f"{len(open_ones)} of these did not come to the end: the same command goes on where it stopped."]
    return "\n".join(lines)


def _row(status: QueryStatus) -> tuple[str, ...]:
    asked = status.query
    words = f"{asked.source}: {asked.text}"
    words = words if len(words) <= LONGEST_QUERY else f"{words[: LONGEST_QUERY - 3]}..."
    available = "not told" if asked.available is None else f"{asked.available:,}"
    counts = (f"{status.counts[state]:>9,}" for state in ORDER)
    return (words, f"{status.requested:>9}", f"{available:>9}", *counts, asked.started_at[:16].replace("T", " "))


def _kinds(status: SourceStatus) -> list[str]:
    lines = []
    for what, counted in (("licences", status.licences), ("diagnoses", status.diagnoses)):
        if counted:
            lines.append(f"{status.source}, {what}: {_counted(counted)}.")
    if status.known:
        lines.append(
            f"{status.source}: {status.known.total():,} are HAM10000's own, known by {_counted(status.known)}."
        )
    return lines


def _counted(counted: Counter[str]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in sorted(counted.items(), key=lambda pair: (-pair[1], pair)))


def _size(status: SourceStatus) -> str:
    size = status.bytes_fetched
    return f"{size / 10**9:,.1f} GB" if size >= 10**9 else f"{size / 10**6:,.1f} MB"
