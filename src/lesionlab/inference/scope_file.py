"""`scope.npz`: the training images of a classifier as picture statistics, a byte each; no pickle, no image."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lesionlab.core.errors import ModelError
from lesionlab.core.picture_statistics import STATISTICS_VERSION
from lesionlab.inference.array_file import ArrayFile, Arrays
from lesionlab.inference.compact_features import Axes, read_axes
from lesionlab.metrics.space import Features
from lesionlab.records.card import ModelCard
from lesionlab.records.scope import SCOPE_NAME, ScopeFacts

SCOPE_FILE = ArrayFile(
    SCOPE_NAME, "what lies in its scope is unknown", "Make it with `lesionlab classifier reference`."
)


@dataclass(frozen=True)
class ScopeRecord:
    """The training images along axes on which each diagnosis counts alike, and what was found of them."""

    facts: ScopeFacts
    axes: Axes
    training: Features  # [m, statistics], rounded as they are kept


def write_scope(folder: Path, record: ScopeRecord) -> Path:
    """Write `scope.npz` into an export folder, whole or not at all."""
    return SCOPE_FILE.write(
        folder, record.facts, {"training": record.axes.bytes_of(record.training), **record.axes.arrays()}
    )


def read_scope(folder: Path, card: ModelCard) -> ScopeRecord:
    """Read `scope.npz` of a classifier's export.

    Raises:
        ModelError: there is none, it is damaged, of another version, or of another classifier's training images.
    """
    record = SCOPE_FILE.read(folder, ScopeFacts, _record)
    facts = record.facts
    if facts.statistics_version != STATISTICS_VERSION or facts.groups_sha256 != card.groups_sha256:
        raise ModelError(
            f"{folder / SCOPE_NAME} is of version {facts.statistics_version} and training images "
            f"{facts.groups_sha256[:12]}; this LesionLab reads version {STATISTICS_VERSION}, and {card.name} saw "
            f"{card.groups_sha256[:12]}.",
            SCOPE_FILE.cure,
        )
    return record


def _record(facts: ScopeFacts, arrays: Arrays) -> ScopeRecord:
    axes = read_axes(arrays)
    return ScopeRecord(facts, axes, axes.restored(arrays["training"]))
