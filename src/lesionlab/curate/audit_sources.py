"""What is known of prepared images beside their part: metadata, sources, licences, and openings of the test part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from lesionlab.data.prepared import PreparedData
from lesionlab.data.rights import PROVENANCE_COLUMNS, UNSTATED, attributions_of, title_of
from lesionlab.records.audit import Omission, Source
from lesionlab.records.ledger import Opening, read_ledger

Details = dict[str, dict[str, str]]

NO_STRATA = ("image_id", *(name for name in PROVENANCE_COLUMNS if name != "source"))


def strata_of(rows: Iterable[Mapping[str, str]]) -> Details:
    """Return what metadata rows say of each image, without addresses, licences and hashes."""
    return {
        row["image_id"]: {name: value or "" for name, value in row.items() if name not in NO_STRATA} for row in rows
    }


def sources_of(rows: Iterable[Mapping[str, str]]) -> tuple[Source, ...]:
    """Return the source and licence of the images of these metadata rows, most images first, with all attributions."""
    images: defaultdict[tuple[str, str], int] = defaultdict(int)
    named: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for found in attributions_of(rows):
        key = title_of(found.source), found.licence or UNSTATED
        images[key] += found.images
        named[key] += [found.attribution] if found.attribution else []
    ordered = sorted(images, key=lambda key: (-images[key], key))
    return tuple(Source(name, images[name, code], code, tuple(named[name, code])) for name, code in ordered)


def left_out_of(data: PreparedData) -> tuple[Omission, ...]:
    """Return what preparation left out, and why."""
    record = data.record
    problems = record.problems | (record.additions.left_out if record.additions else {})
    found = [Omission(reason, problem.count, problem.ids) for reason, problem in problems.items()]
    if record.unlisted:
        found.append(Omission("image files that the metadata does not name", record.unlisted))
    return tuple(found)


def openings_of(split_sha256: str, ledgers: Iterable[Path]) -> tuple[Opening, ...]:
    """Return the openings of the test part of this split in these ledgers, oldest first, each once.

    Raises:
        DataError: a file is no ledger.
    """
    lines = {line for ledger in ledgers if ledger.is_file() for line in read_ledger(ledger)}
    return tuple(
        sorted((line for line in lines if line.split_sha256 == split_sha256), key=lambda o: (o.opened_at, o.purpose))
    )
