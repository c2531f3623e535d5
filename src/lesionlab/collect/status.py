"""What a collection holds: by source and by query, in counts, bytes and licences."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from lesionlab.records.collected import QueryRecord, State
from lesionlab.records.manifest import Manifest


@dataclass
class SourceStatus:
    """The images of one source: how many in each state, and of those fetched their bytes, licences and classes."""

    source: str
    counts: Counter[State] = field(default_factory=Counter)
    bytes_fetched: int = 0
    licences: Counter[str] = field(default_factory=Counter)
    diagnoses: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)  # how they are known as HAM10000's: id, bytes, picture


@dataclass(frozen=True)
class QueryStatus:
    """One query, and how many of the images that it found are in each state now."""

    query: QueryRecord
    counts: dict[State, int]

    @property
    def requested(self) -> str:
        """What was asked for, in words."""
        return "all" if self.query.requested is None else f"{self.query.requested:,}"


@dataclass(frozen=True)
class CollectionStatus:
    """Sources by name, queries oldest first."""

    sources: list[SourceStatus]
    queries: list[QueryStatus]


def read_status(manifest: Manifest, source: str | None = None) -> CollectionStatus:
    """Return what a manifest holds, of one source or of all."""
    sources: dict[str, SourceStatus] = {}
    for record in manifest.records(source=source):
        status = sources.setdefault(record.source, SourceStatus(record.source))
        status.counts[record.state] += 1
        if record.state != "fetched":
            continue
        status.bytes_fetched += record.size_bytes
        status.licences[record.licence or "none"] += 1
        status.diagnoses[record.diagnosis or f"({record.diagnosis_given or 'none given'})"] += 1
        if record.same_as:
            status.known[record.same_by] += 1
    queries = [
        QueryStatus(query, manifest.counts(query.number))
        for query in manifest.queries()
        if source in (None, query.source)
    ]
    return CollectionStatus(sorted(sources.values(), key=lambda status: status.source), queries)
