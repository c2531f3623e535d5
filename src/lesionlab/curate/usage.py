"""What was made from collected images: prepared data, runs, models, and the synthetic images of those models."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from lesionlab.core.home import cache_folder, home, runs_folder
from lesionlab.core.resources import released_folder
from lesionlab.records.collected import ManifestRecord
from lesionlab.records.exports import RELEASED, usual_places

Kind = Literal["prepared data", "run", "model", "synthetic images"]


@dataclass(frozen=True)
class Use:
    """Something that was made from collected images: how many of them, where that is known (0: not told)."""

    kind: Kind
    name: str
    folder: Path
    images: int
    why: str


@dataclass(frozen=True)
class _Sought:
    names: frozenset[str]  # "source:image_id", as prepared data calls them
    sha256s: frozenset[str]


def find_uses(records: Iterable[ManifestRecord]) -> list[Use]:
    """Return what in the home folder was made from these images: prepared data first, then what came of it.

    A model counts when its own list of images names one, or, where it has no list, when it was trained on a split that
    does; a synthetic set counts with its model. Damaged files are passed over.
    """
    wanted = tuple(records)
    sought = _Sought(
        frozenset(f"{r.source}:{r.image_id}" for r in wanted), frozenset(r.sha256 for r in wanted if r.sha256)
    )
    prepared = list(_prepared(sought))
    splits = {str(plain.get("split_sha256", "")) for _, plain in prepared} - {""}
    names = {use.name for use, _ in prepared}
    uses = [use for use, _ in prepared]
    uses += _runs(splits, names)
    models = list(_models(sought, splits, names))
    uses += [use for use, _ in models]
    return uses + list(_synthetic({sha256 for _, sha256 in models} - {""}))


def _prepared(sought: _Sought) -> Iterator[tuple[Use, Mapping[str, Any]]]:
    for record in sorted(cache_folder().glob("*/prepared.json")):
        hits = sum(1 for row in _rows(record.parent / "metadata.csv") if _is_sought(row, sought))
        if hits:
            yield Use("prepared data", record.parent.name, record.parent, hits, "its pixels"), _json(record)


def _is_sought(row: Mapping[str, str], sought: _Sought) -> bool:
    image_id = row.get("image_id", "")
    # Ids of added images start with their source; a base's own image is not ours, even where the bytes are the same.
    return image_id in sought.names or (":" in image_id and row.get("sha256") in sought.sha256s)


def _runs(splits: set[str], names: set[str]) -> Iterator[Use]:
    for options in sorted(runs_folder().glob("*/options.json")):
        plain = _json(options)
        if plain.get("split_sha256") in splits or plain.get("data") in names:
            why = f"trained on '{plain.get('data')}'"
            yield Use("run", options.parent.name, options.parent, 0, why)


def _models(sought: _Sought, splits: set[str], names: set[str]) -> Iterator[tuple[Use, str]]:
    for name, folder in usual_places(released_folder()):
        card = _json(folder / "card.json")
        training = card.get("training")
        training = training if isinstance(training, dict) else {}
        seen = _rows(folder / "groups.csv")
        hits = sum(1 for row in seen if row.get("image_id") in sought.names)
        if hits or (not seen and (training.get("split_sha256") in splits or training.get("data") in names)):
            why = "its list of images" if hits else f"trained on '{training.get('data')}'"
            label = f"{name} {folder.name}" if name == RELEASED else name
            yield Use("model", label, folder, hits, why), str(card.get("weights_sha256", ""))


def _synthetic(weights: set[str]) -> Iterator[Use]:
    for manifest in sorted((home() / "samples").glob("*/manifest.csv")):
        hits = [row for row in _rows(manifest) if row.get("model_sha256") in weights]
        if hits:
            why = f"{len(hits):,} images made by model {hits[0]['model_sha256'][:8]}"
            yield Use("synthetic images", manifest.parent.name, manifest.parent, 0, why)


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error):
        return []


def _json(path: Path) -> Mapping[str, Any]:
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return plain if isinstance(plain, dict) else {}
