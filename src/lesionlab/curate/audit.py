"""The audit: of a prepared set, of another split of it, or of anyone's lists of HAM10000 ids without any image."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lesionlab import __version__
from lesionlab.core.resources import splits_folder
from lesionlab.curate import audit_counts as counts
from lesionlab.curate.audit_checks import Pair, check_pairs, check_rows
from lesionlab.curate.audit_exposure import exposures
from lesionlab.curate.audit_lists import Listed
from lesionlab.curate.audit_pictures import ComparedPictures, check_pictures, compare_pictures
from lesionlab.curate.audit_sources import left_out_of, openings_of, sources_of, strata_of
from lesionlab.data.groups import all_duplicates, found_duplicates, known_duplicates
from lesionlab.data.prepared import PreparedData
from lesionlab.records.audit import Audit, Check, Kind, Omission
from lesionlab.records.split import Split, SplitRow, read_split

RELEASE_SPLIT_NAME = "ham10000-release.csv"
HOW_KNOWN = (
    f"the {len(known_duplicates())} published pairs (Sci. Data 12:196, 2025) and the {len(found_duplicates())} that "
    "LesionLab found"
)


@dataclass(frozen=True)
class Lists:
    """Someone's split of known images: what to call it, its parts in order, its rows, and what was odd about it."""

    subject: str
    parts: tuple[str, ...]
    rows: tuple[SplitRow, ...]
    odd: tuple[Omission, ...] = ()


def release_split() -> Split:
    """Return the committed release split: the lesion, group and diagnosis of every image of HAM10000."""
    return read_split(splits_folder() / RELEASE_SPLIT_NAME)


def lists_of(subject: str, listed: Listed, reference: Split) -> Lists:
    """Look up the lesion, group and diagnosis of each listed image, in the order of the reference."""
    parts_of_image: defaultdict[str, list[str]] = defaultdict(list)
    for part, images in listed.parts.items():
        for image in images:
            parts_of_image[image].append(part)
    rows = [replace(row, part=part) for row in reference.rows for part in parts_of_image.get(row.image_id, ())]
    unnamed = len(reference.rows) - len(parts_of_image)
    odd = [
        Omission("ids that this data set does not have", len(listed.unknown), listed.unknown),
        Omission("ids named more than once in one part", len(listed.twice), listed.twice),
        Omission("images that no list names", unnamed),
    ]
    return Lists(subject, tuple(listed.parts), tuple(rows), tuple(each for each in odd if each.count))


def own_lists(data: PreparedData) -> Lists:
    """Return a prepared set's own split, with what preparation left out."""
    return Lists(data.name, counts.parts_of(data.split.rows), data.split.rows, left_out_of(data))


def audit_prepared(
    data: PreparedData,
    pictures: ComparedPictures | None = None,
    lists: Lists | None = None,
    ledgers: Iterable[Path] = (),
) -> Audit:
    """Audit a prepared set under its own split or another, pictures (see `compare_pictures`) and metadata included.

    Raises:
        DataError: its metadata or pixels are missing or damaged.
    """
    kind: Kind = "lists" if lists else "prepared"
    lists = lists or own_lists(data)
    held = {row.image_id for row in lists.rows}
    metadata = [row for row in data.metadata if row["image_id"] in held]
    checks = check_pictures(pictures or compare_pictures(data), lists.rows, lists.parts)
    audit = _audit(lists, data.split.classes, f"the prepared set {data.name}", checks, ledgers)
    facts = {
        "Data fingerprint": data.record.fingerprint,
        "Seed of the split": str(data.record.seed),
        "Prepared at": ", ".join(f"{size} px" for size in data.sizes_px),
    }
    return replace(
        audit,
        kind=kind,
        strata=counts.strata(lists.rows, strata_of(metadata), lists.parts),
        sources=sources_of(metadata),
        facts=audit.facts | facts | {"LesionLab": __version__},
    )


def audit_lists(lists: Lists, reference: Split, ledgers: Iterable[Path] = ()) -> Audit:
    """Audit a split by ids alone: needs neither an image nor the data set."""
    checks = check_pictures(None, lists.rows, lists.parts)
    audit = _audit(lists, reference.classes, f"the committed table of HAM10000 ({RELEASE_SPLIT_NAME})", checks, ledgers)
    return replace(audit, facts=audit.facts | {"LesionLab": __version__})


def _audit(
    lists: Lists, classes: Sequence[str], reference: str, pictures: tuple[Check, Check], ledgers: Iterable[Path]
) -> Audit:
    rows, parts = lists.rows, lists.parts
    known = (Pair(min(pair), max(pair)) for pair in all_duplicates())
    checks = (*check_rows(rows, parts), check_pairs("known", HOW_KNOWN, known, rows, parts), *pictures)
    split_sha256 = Split(rows, tuple(classes)).sha256
    return Audit(
        subject=lists.subject,
        kind="lists",
        reference=reference,
        parts=parts,
        classes=counts.by_class(rows, classes, parts),
        all=counts.tally("all", rows, parts),
        checks=checks,
        exposures=exposures(rows, classes, parts, pictures),
        left_out=lists.odd,
        openings=openings_of(split_sha256, ledgers),
        facts={"Split SHA-256": split_sha256},
    )
