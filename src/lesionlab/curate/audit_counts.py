"""Counting images, lesions and groups by part: of classes and of strata."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from lesionlab.core.stratum_values import AGE_BANDS, stratum_value
from lesionlab.records.audit import Count, Stratum, Tally
from lesionlab.records.split import PARTS, SplitRow


def parts_of(rows: Iterable[SplitRow]) -> tuple[str, ...]:
    """Return the parts there are: training, validation and test first, others by name."""
    there = {row.part for row in rows}
    return (*(part for part in PARTS if part in there), *sorted(there - set(PARTS)))


def tally(value: str, rows: Sequence[SplitRow], parts: Sequence[str]) -> Tally:
    """Count some rows by part."""
    by_part = {part: count([row for row in rows if row.part == part]) for part in parts}
    return Tally(value, by_part, count(rows))


def count(rows: Sequence[SplitRow]) -> Count:
    """Count images, lesions and groups, each once."""
    return Count(
        len({row.image_id for row in rows}), len({row.lesion_id for row in rows}), len({row.group for row in rows})
    )


def by_class(rows: Sequence[SplitRow], classes: Sequence[str], parts: Sequence[str]) -> tuple[Tally, ...]:
    """Count each class by part; a class without images is there with zeros."""
    return tuple(tally(code, found, parts) for code, found in gathered(rows, lambda r: r.diagnosis, classes).items())


def strata(
    rows: Sequence[SplitRow], details: Mapping[str, Mapping[str, str]], parts: Sequence[str]
) -> tuple[Stratum, ...]:
    """Count by each property in `details` (image -> property -> value); ages in bands; blank and unknown as missing.

    A property with one and the same value for all images is left out.
    """
    names = dict.fromkeys(name for values in details.values() for name in values)
    found = (_stratum(name, rows, details, parts) for name in names)
    return tuple(stratum for stratum in found if len(stratum.values) != 1 or any(stratum.missing.values()))


def _stratum(
    name: str, rows: Sequence[SplitRow], details: Mapping[str, Mapping[str, str]], parts: Sequence[str]
) -> Stratum:
    found = gathered(rows, lambda row: stratum_value(name, details.get(row.image_id, {}).get(name, "")))
    without = tally("", found.pop("", []), parts)
    order = AGE_BANDS if name == "age" else sorted(found)
    values = tuple(tally(value, found[value], parts) for value in order if value in found)
    return Stratum(name, values, {part: number.images for part, number in without.parts.items()})


def gathered(
    rows: Iterable[SplitRow], key: Callable[[SplitRow], str], first: Iterable[str] = ()
) -> dict[str, list[SplitRow]]:
    """Return the rows by a key; those of `first` come first, and are there without rows."""
    found: defaultdict[str, list[SplitRow]] = defaultdict(list, {value: [] for value in first})
    for row in rows:
        found[key(row)].append(row)
    return found
