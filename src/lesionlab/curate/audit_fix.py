"""A leak-free version of a leaking split: what is held out stays, what it resembles leaves the training part."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lesionlab.core.files import write_text
from lesionlab.data.groups import DisjointSets
from lesionlab.records.audit import Audit
from lesionlab.records.split import PARTS, Split, SplitRow, write_split

KEPT_FIRST = ("test", "validation", "train")
CHANGES_NAME = "changes.csv"
SPLIT_NAME = "split.csv"


@dataclass(frozen=True)
class Change:
    """One image that left a part: for which other part (blank: for none), and because of which group."""

    image_id: str
    diagnosis: str
    part: str
    to: str
    group: str


@dataclass(frozen=True)
class Fixed:
    """The rows that stay or moved, and what was changed."""

    rows: tuple[SplitRow, ...]
    changes: tuple[Change, ...]

    def told(self) -> str:
        """Say in one sentence what was changed."""
        if not self.changes:
            return "Nothing had to be changed."
        verb = "moved to the part with most of their group" if self.changes[0].to else "left out"
        pieces = Counter((change.part, change.diagnosis) for change in self.changes)
        by_part: defaultdict[str, list[str]] = defaultdict(list)
        for (part, code), images in sorted(pieces.items()):
            by_part[part].append(f"{code} {images:,}")
        totals = Counter(change.part for change in self.changes)
        listed = "; ".join(f"{totals[part]:,} of {part} ({', '.join(codes)})" for part, codes in by_part.items())
        return f"{len(self.changes):,} images {verb}: {listed}."


def fix(rows: Sequence[SplitRow], audit: Audit) -> Fixed:
    """Return a split in which no group lies in two parts.

    With a training part: the test part stays as it is, the validation part loses what resembles the test part, the
    training part what resembles either. Without one (folds): a group goes to the part that holds most of its images.
    Images that the audit found to be the same or near count as one group.
    """
    group_of = _joined(rows, audit)
    home = _home_of_groups(rows, group_of, audit.parts)
    moves = "train" not in audit.parts
    kept: dict[tuple[str, str], SplitRow] = {}
    changes = []
    for row in rows:
        group = group_of[row.image_id]
        part = home[group]
        if row.part == part:
            kept[row.image_id, part] = row
            continue
        changes.append(Change(row.image_id, row.diagnosis, row.part, part if moves else "", group))
        if moves:
            kept.setdefault((row.image_id, part), SplitRow(row.image_id, row.lesion_id, row.group, row.diagnosis, part))
    return Fixed(tuple(kept.values()), tuple(changes))


def _joined(rows: Iterable[SplitRow], audit: Audit) -> dict[str, str]:
    sets = DisjointSets()
    group_of = {row.image_id: row.group for row in rows}
    for name in ("known", "same", "near"):
        for evidence in audit.check(name).found:
            first, *others = (group_of[image] for images in evidence.images.values() for image in images)
            for other in others:
                sets.join(first, other)
    return {image: sets.find(group) for image, group in group_of.items()}


def _home_of_groups(rows: Iterable[SplitRow], group_of: Mapping[str, str], parts: Sequence[str]) -> dict[str, str]:
    images: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        images[group_of[row.image_id]][row.part] += 1
    if "train" in parts:
        order = [*(part for part in KEPT_FIRST if part != "train"), *(p for p in parts if p not in KEPT_FIRST), "train"]
        return {group: next(part for part in order if held[part]) for group, held in images.items()}
    return {group: min(held, key=lambda part: (-held[part], parts.index(part))) for group, held in images.items()}


def write_fixed(folder: Path, fixed: Fixed, parts: Sequence[str], classes: Sequence[str]) -> list[Path]:
    """Write a list of ids for each part and `changes.csv`; of a training, validation and test part also `split.csv`.

    `split.csv` is what other commands take as `--split`. Return the files.
    """
    files = []
    for part in parts:
        files.append(folder / f"{part}.txt")
        write_text(files[-1], "".join(f"{row.image_id}\n" for row in fixed.rows if row.part == part))
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("image_id", "diagnosis", "part", "to", "group"))
    writer.writerows((c.image_id, c.diagnosis, c.part, c.to, c.group) for c in fixed.changes)
    files.append(folder / CHANGES_NAME)
    write_text(files[-1], buffer.getvalue())
    if set(parts) <= set(PARTS):
        files.append(folder / SPLIT_NAME)
        write_split(files[-1], Split(fixed.rows, tuple(classes)))
    return files
