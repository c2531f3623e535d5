"""`scope.npz`: the training images of a classifier as picture statistics, a byte each; no pickle, no image."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lesionlab.core.errors import ModelError
from lesionlab.core.files import write_bytes
from lesionlab.core.picture_statistics import STATISTICS_VERSION
from lesionlab.inference.compact_features import Axes, read_axes
from lesionlab.metrics.space import Features
from lesionlab.records.card import ModelCard
from lesionlab.records.codec import from_plain, to_plain
from lesionlab.records.scope import SCOPE_NAME, ScopeFacts

CURE = "Make it with `lesionlab classifier reference`."


@dataclass(frozen=True)
class ScopeRecord:
    """The training images along axes on which each diagnosis counts alike, and what was found of them."""

    facts: ScopeFacts
    axes: Axes
    training: Features  # [m, statistics], rounded as they are kept


def write_scope(folder: Path, record: ScopeRecord) -> Path:
    """Write `scope.npz` into an export folder, whole or not at all."""
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        allow_pickle=False,
        facts=np.array(json.dumps(to_plain(record.facts))),
        training=record.axes.bytes_of(record.training),
        **record.axes.arrays(),
    )
    write_bytes(folder / SCOPE_NAME, buffer.getvalue())
    return folder / SCOPE_NAME


def read_scope(folder: Path, card: ModelCard) -> ScopeRecord:
    """Read `scope.npz` of a classifier's export.

    Raises:
        ModelError: there is none, it is damaged, of another version, or of another classifier's training images.
    """
    path = folder / SCOPE_NAME
    if not path.is_file():
        raise ModelError(f"{folder} holds no {SCOPE_NAME}: what lies in its scope is unknown.", CURE)
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
            facts = from_plain(ScopeFacts, json.loads(str(arrays["facts"])), str(path), ModelError)
            axes = read_axes(arrays)
            record = ScopeRecord(facts, axes, axes.restored(arrays["training"]))
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ModelError(f"{path} is damaged.", CURE) from error
    if facts.statistics_version != STATISTICS_VERSION or facts.groups_sha256 != card.groups_sha256:
        raise ModelError(
            f"{path} is of version {facts.statistics_version} and training images {facts.groups_sha256[:12]}; this "
            f"LesionLab reads version {STATISTICS_VERSION}, and {card.name} saw {card.groups_sha256[:12]}.",
            CURE,
        )
    return record
