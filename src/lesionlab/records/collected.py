"""One collected image and one asking of a source, as the manifest keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

State = Literal["wanted", "fetched", "failed", "refused", "forgotten"]
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True)
class ManifestRecord:
    """One image of one source; `source` and `image_id` together name it."""

    source: str  # "isic", "ham10000", or the name of a site
    image_id: str
    state: State = "wanted"
    reason: str = ""  # why it failed or was refused
    page_url: str = ""
    file_url: str = ""
    licence: str = ""  # the code of core.licences
    attribution: str = ""
    sha256: str = ""
    picture_hash: str = ""  # 16 hex digits
    width: int = 0
    height: int = 0
    size_bytes: int = 0
    suffix: str = ""  # ".jpg"
    diagnosis_given: str = ""  # in the source's own words
    diagnosis: str = ""  # a code of the seven, or blank where it maps to none
    lesion_id: str = ""  # the source's own
    same_as: str = ""  # the HAM10000 image it is, where it is one
    same_by: str = ""  # "id", "bytes" or "picture"
    quality: dict[str, float] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)  # age, sex, site and the like, as given
    found_at: str = ""  # ISO 8601, UTC
    fetched_at: str = ""


@dataclass(frozen=True)
class QueryRecord:
    """One asking of a source: in words, for how many, and how many the source said it has."""

    source: str
    text: str
    licences: tuple[str, ...]
    requested: int | None  # None: all there are
    available: int | None = None  # None until the source has told
    started_at: str = ""
    ended_at: str = ""  # blank while it has not come to its end
    number: int = 0
