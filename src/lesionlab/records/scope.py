"""`scope.json`: what a classifier's training images look like, and how unlike them a picture may be."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from lesionlab.core.errors import ModelError
from lesionlab.core.files import write_json
from lesionlab.core.picture_statistics import STATISTICS_VERSION
from lesionlab.records.card import ModelCard
from lesionlab.records.codec import from_plain, to_plain

SCOPE_NAME = "scope.json"
CURE = "Make it with `lesionlab classifier reference`."


@dataclass(frozen=True)
class QualityLimits:
    """Below or above these a picture gets words of its own; all but one training image in a hundred lie within."""

    least_sharpness: float
    least_brightness: float
    most_brightness: float
    most_clipped: float
    most_black_border: float
    least_spot: float  # the share of the picture that the lesion takes


@dataclass(frozen=True)
class ScopeFacts:
    """The training images as picture statistics: their mean, the axes along which each varies by one, and the limit.

    Every diagnosis counts alike in mean and axes. The limit is found on training images, each judged by what was
    fitted to other lesions: no more than `false_refusals` of the images of any diagnosis lie beyond it.
    """

    groups_sha256: str  # of the classifier's groups.csv: the training images
    split_sha256: str
    mean: tuple[float, ...]
    axes: tuple[tuple[float, ...], ...]  # [statistics, statistics]
    limit: float
    false_refusals: float
    refused: dict[str, float]  # diagnosis -> share of its training images beyond the limit, each judged unseen
    images: dict[str, int]  # diagnosis -> training images
    quality: QualityLimits
    statistics_version: int = STATISTICS_VERSION


def write_scope(folder: Path, facts: ScopeFacts) -> Path:
    """Write `scope.json` into an export folder, whole or not at all."""
    write_json(folder / SCOPE_NAME, to_plain(facts))
    return folder / SCOPE_NAME


def read_scope(folder: Path, card: ModelCard) -> ScopeFacts:
    """Read `scope.json` of a classifier's export.

    Raises:
        ModelError: there is none, it is damaged, of another version, or of another classifier's training images.
    """
    path = folder / SCOPE_NAME
    try:
        facts = from_plain(ScopeFacts, json.loads(path.read_text(encoding="utf-8")), str(path), ModelError)
    except FileNotFoundError as error:
        raise ModelError(f"{folder} holds no {SCOPE_NAME}: what lies in its scope is unknown.", CURE) from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ModelError(f"{path} is damaged.", CURE) from error
    if facts.statistics_version != STATISTICS_VERSION or facts.groups_sha256 != card.groups_sha256:
        raise ModelError(
            f"{path} is of version {facts.statistics_version} and training images {facts.groups_sha256[:12]}; this "
            f"LesionLab reads version {STATISTICS_VERSION}, and {card.name} saw {card.groups_sha256[:12]}.",
            CURE,
        )
    return facts
