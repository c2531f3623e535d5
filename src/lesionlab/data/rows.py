"""One image as a source lists it, before it has a group or a part."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class ImageRow:
    """An image: its lesion, its diagnosis, and `details` kept for later strata, as they stand in the source."""

    image_id: str
    lesion_id: str
    diagnosis: str
    details: dict[str, str] = field(default_factory=dict)
