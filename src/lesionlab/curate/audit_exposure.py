"""How much of a part was seen in the parts learned from: by lesion id, or by a duplicate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from lesionlab.curate.audit_counts import gathered
from lesionlab.records.audit import Check, Exposure, Seen
from lesionlab.records.split import SplitRow


def exposures(
    rows: Sequence[SplitRow], classes: Sequence[str], parts: Sequence[str], pictures: Iterable[Check]
) -> tuple[Exposure, ...]:
    """Return how much of each held-out part was seen: in training, or, where no part is called so, in any other.

    `pictures` are the checks for equal and near pictures.
    """
    if len(parts) < 2:
        return ()
    alike = _alike(pictures)
    return tuple(_exposure(part, rows, classes, parts, alike) for part in parts if part != "train")


def _exposure(
    part: str, rows: Sequence[SplitRow], classes: Sequence[str], parts: Sequence[str], alike: dict[str, set[str]]
) -> Exposure:
    others = ("train",) if "train" in parts else tuple(other for other in parts if other != part)
    learned = [row for row in rows if row.part in others]
    lesions, groups = {row.lesion_id for row in learned}, {row.group for row in learned}
    images = {row.image_id for row in learned}

    def seen(value: str, found: Sequence[SplitRow]) -> Seen:
        any_way = [row for row in found if row.group in groups or alike.get(row.image_id, set()) & images]
        return Seen(value, len(found), sum(row.lesion_id in lesions for row in found), len(any_way))

    mine = [row for row in rows if row.part == part]
    by_code = gathered(mine, lambda row: row.diagnosis, classes)
    return Exposure(part, others, tuple(seen(code, found) for code, found in by_code.items()), seen("all", mine))


def _alike(checks: Iterable[Check]) -> dict[str, set[str]]:
    """Return the pictures that each picture was found to resemble in another part."""
    alike: defaultdict[str, set[str]] = defaultdict(set)
    for check in checks:
        for evidence in check.found:
            pair = {image for images in evidence.images.values() for image in images}
            for image in pair:
                alike[image] |= pair - {image}
    return alike
