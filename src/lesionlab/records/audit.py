"""The audit of a split: counts by part, what crosses between parts, and what the data are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

from lesionlab.records.ledger import Opening
from lesionlab.records.split import PARTS

AUDIT_VERSION = 1

CheckName = Literal["images", "lesions", "groups", "known", "same", "near"]
State = Literal["clear", "leak", "unchecked"]
Kind = Literal["prepared", "lists"]  # a prepared set under its own split, or someone's split


@dataclass(frozen=True)
class Count:
    """How many images, and of how many lesions and lesion groups."""

    images: int = 0
    lesions: int = 0
    groups: int = 0


@dataclass(frozen=True)
class Tally:
    """The counts of one class, or of one value of a stratum, by part; a part without any is there with zeros."""

    value: str
    parts: dict[str, Count]
    all: Count


@dataclass(frozen=True)
class Stratum:
    """One property that the metadata name: its values by part, and the images without a value by part."""

    name: str
    values: tuple[Tally, ...]
    missing: dict[str, int]


@dataclass(frozen=True)
class Evidence:
    """One thing that lies in more than one part: its name, and its images in each; `score` 0..1 for a near pair."""

    name: str
    images: dict[str, tuple[str, ...]]
    score: float | None = None


@dataclass(frozen=True)
class Check:
    """One way in which parts may meet: whether they do, how that was looked at, or why it was not."""

    name: CheckName
    state: State
    how: str
    found: tuple[Evidence, ...] = ()
    inside: int = 0  # pairs that lie in one part, where they do no harm

    def between(self) -> dict[tuple[str, str], int]:
        """Return how many of the found lie in both parts of each pair of parts."""
        pairs: Counter[tuple[str, str]] = Counter()
        for evidence in self.found:
            pairs.update((one, other) for one, other in combinations(evidence.images, 2))
        return dict(sorted(pairs.items(), key=lambda found: [_place(part) for part in found[0]]))


@dataclass(frozen=True)
class Seen:
    """Images of one class in one part: all, those whose lesion the parts learned from show as well by its id
    (`siblings`), and these together with those by a duplicate, known, equal or near (`seen`)."""

    value: str
    images: int
    siblings: int
    seen: int


@dataclass(frozen=True)
class Exposure:
    """How much of a part was seen in the parts learned from (`others`), by class and in all."""

    part: str
    others: tuple[str, ...]
    classes: tuple[Seen, ...]
    all: Seen


@dataclass(frozen=True)
class Source:
    """Where images come from, how many, under which licence, and whom to name."""

    name: str
    images: int
    licence: str
    attributions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Omission:
    """Images left out for one reason: how many, and which."""

    reason: str
    count: int
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Audit:
    """All that an audit found; text, JSON and page are made from it alone."""

    subject: str
    kind: Kind
    reference: str  # what lesions, groups and diagnoses were looked up in
    parts: tuple[str, ...]
    classes: tuple[Tally, ...]
    all: Tally
    checks: tuple[Check, ...]
    exposures: tuple[Exposure, ...]
    strata: tuple[Stratum, ...] = ()
    sources: tuple[Source, ...] = ()
    left_out: tuple[Omission, ...] = ()
    openings: tuple[Opening, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)  # in the order shown: seed, hashes, version
    version: int = AUDIT_VERSION

    @property
    def leaks(self) -> bool:
        """Whether anything was found in two parts."""
        return any(check.state == "leak" for check in self.checks)

    def check(self, name: CheckName) -> Check:
        """Return one check; every audit has all of them."""
        return next(check for check in self.checks if check.name == name)


def _place(part: str) -> tuple[int, str]:
    return (PARTS.index(part) if part in PARTS else len(PARTS)), part
