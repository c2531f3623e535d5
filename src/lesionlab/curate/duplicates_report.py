"""What comparing a prepared set, with itself or with another, finds: pairs with their ids, parts and what is known."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import numpy as np

from lesionlab.core.progress import Progress, silent
from lesionlab.curate.duplicates import NEAR, Pair, find_pairs
from lesionlab.curate.duplicates_pictures import Pictures, prepared_squares
from lesionlab.data.groups import known_duplicates
from lesionlab.data.prepared import PreparedData
from lesionlab.records.split import SplitRow

COLUMNS = (
    *("image_id_a", "image_id_b", "kind", "agreement", "hash_bits", "diagnosis_a", "diagnosis_b"),
    *("part_a", "part_b", "joined", "published"),
)


@dataclass(frozen=True)
class FoundPair:
    """One pair with the rows it is of; `joined`: one group already; `published`: one of the 18 known pairs."""

    pair: Pair
    one: SplitRow
    other: SplitRow
    joined: bool
    published: bool

    @property
    def crosses(self) -> bool:
        """Whether the two are of different groups and of different parts: a leak."""
        return not self.joined and self.one.part != self.other.part


@dataclass(frozen=True)
class Duplicates:
    """All pairs of pictures under two lesion ids, the greatest agreement first; and how many published there were."""

    pairs: tuple[FoundPair, ...]
    images: int
    known: int  # published pairs whose images are both there
    against: str = ""

    @property
    def new(self) -> tuple[FoundPair, ...]:
        """The pairs that are not one group yet."""
        return tuple(found for found in self.pairs if not found.joined)


def find_duplicates(
    data: PreparedData, other: PreparedData | None = None, at_least: float = NEAR, progress: Progress = silent
) -> Duplicates:
    """Compare all pictures of a set under different lesion ids, or those of two sets with each other."""
    rows = list(data.split.rows) + list(other.split.rows if other else ())
    pictures = Pictures(prepared_squares(data), *([prepared_squares(other)] if other else []))
    count = len(data.split.rows)
    _, groups = np.unique([row.lesion_id for row in data.split.rows], return_inverse=True)
    files = [row.get("sha256") or "" for each in (data, other) if each for row in each.metadata]
    if other is None:
        pairs = find_pairs(pictures, groups=groups, sha256s=files, at_least=at_least, progress=progress)
    else:
        apart = np.concatenate([np.arange(count), np.full(len(rows) - count, count)])  # the other's: one group
        asked = np.arange(count, len(rows))
        pairs = find_pairs(pictures, groups=apart, queries=asked, sha256s=files, at_least=at_least, progress=progress)
    known = {frozenset(pair) for pair in known_duplicates()}
    there = {row.image_id for row in rows}
    found = [_found(pair, rows, known, other is not None) for pair in pairs]
    return Duplicates(
        tuple(sorted(found, key=lambda f: (-f.pair.agreement, f.one.image_id, f.other.image_id))),
        len(rows),
        sum(1 for pair in known if pair <= there),
        other.name if other else "",
    )


def to_csv(found: Duplicates) -> str:
    """Return the pairs as CSV, LF line ends."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in found.pairs:
        pair, one, other = each.pair, each.one, each.other
        names = (one.image_id, other.image_id, pair.kind, pair.agreement, pair.bits, one.diagnosis, other.diagnosis)
        marks = ("yes" if each.joined else "no", "yes" if each.published else "no")
        writer.writerow((*names, one.part, other.part, *marks))
    return buffer.getvalue()


def _found(pair: Pair, rows: list[SplitRow], known: set[frozenset[str]], two_sets: bool) -> FoundPair:
    one, other = rows[pair.first], rows[pair.second]
    joined = not two_sets and one.group == other.group
    return FoundPair(pair, one, other, joined, frozenset((one.image_id, other.image_id)) in known)
