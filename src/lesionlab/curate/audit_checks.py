"""What lies in more than one part: images, lesions, groups, and pairs of images that show one lesion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from lesionlab.records.audit import Check, CheckName, Evidence
from lesionlab.records.split import SplitRow


@dataclass(frozen=True)
class Pair:
    """Two images that show one lesion; `score` 0..1, higher for closer, where it was measured."""

    one: str
    other: str
    score: float | None = None


def check_rows(rows: Sequence[SplitRow], parts: Sequence[str]) -> tuple[Check, Check, Check]:
    """Return whether an image, a lesion or a group lies in more than one part."""
    return (
        _crossing("images", "by id", rows, parts, lambda row: row.image_id),
        _crossing("lesions", "by lesion id", rows, parts, lambda row: row.lesion_id),
        _crossing("groups", "lesions joined with their known duplicates", rows, parts, lambda row: row.group),
    )


def _crossing(
    name: CheckName, how: str, rows: Iterable[SplitRow], parts: Sequence[str], key: Callable[[SplitRow], str]
) -> Check:
    members: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in rows:
        members[key(row)].add((row.part, row.image_id))
    found = tuple(
        Evidence(value, _by_part(images, parts))
        for value, images in sorted(members.items())
        if len({part for part, _ in images}) > 1
    )
    return Check(name, "leak" if found else "clear", how, found)


def check_pairs(
    name: CheckName, how: str, pairs: Iterable[Pair], rows: Iterable[SplitRow], parts: Sequence[str]
) -> Check:
    """Return which pairs of images lie across parts; a pair with an image that no part holds is left out."""
    parts_of_image: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        parts_of_image[row.image_id].add(row.part)
    found, inside = [], 0
    for pair in sorted(pairs, key=lambda pair: (pair.one, pair.other)):
        ends = {(part, image) for image in (pair.one, pair.other) for part in parts_of_image.get(image, ())}
        if {image for _, image in ends} != {pair.one, pair.other}:
            continue
        if len({part for part, _ in ends}) > 1:
            found.append(Evidence(f"{pair.one} = {pair.other}", _by_part(ends, parts), pair.score))
        else:
            inside += 1
    return Check(name, "leak" if found else "clear", how, tuple(found), inside)


def _by_part(images: Iterable[tuple[str, str]], parts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    there = sorted(images)
    held = {part: tuple(image for other, image in there if other == part) for part in parts}
    return {part: ids for part, ids in held.items() if ids}
