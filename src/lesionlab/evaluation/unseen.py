"""A model is measured on images that it has not seen, whatever set they come in."""

from __future__ import annotations

from lesionlab.core.archive_ids import archive_id
from lesionlab.core.errors import LeakError
from lesionlab.data.prepared import PreparedData
from lesionlab.records.seen_groups import SeenGroups
from lesionlab.records.split import CLOSED_PARTS, SplitRow


def check_unseen(seen: SeenGroups, data: PreparedData, part: str) -> None:
    """Refuse a part that holds images, or lesions, that a model saw; nothing of the part is opened for that.

    On a validation part, images that the model chose its stopping point by are allowed.

    Raises:
        LeakError: it holds some.
    """
    uses = () if part in CLOSED_PARTS else ("train",)
    images, groups = {_name(image_id) for image_id in seen.images(*uses)}, seen.groups(*uses)
    rows = [(row, about["source"]) for row, about in zip(data.split.rows, data.metadata, strict=True)]
    mine = [(row, source) for row, source in rows if row.part == part]
    known = [row.image_id for row, source in mine if row.group in groups or _names(row, source) & images]
    if known:
        raise LeakError(
            f"The model has seen {len(known):,} of the {len(mine):,} images of the {part} part of '{data.name}', or "
            f"others of their lesions, such as {min(known)}.",
            "Evaluate it on images that it has not seen (--split names its split), or train one without these.",
        )


def _names(row: SplitRow, source: str) -> set[str]:
    return {_name(row.image_id), f"{source}:{row.image_id}"}


def _name(image_id: str) -> str:
    return archive_id(image_id) or image_id
