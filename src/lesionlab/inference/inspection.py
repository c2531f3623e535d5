"""Is a file ours? Read its record, find the model, make the image again and compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from lesionlab.core.errors import ImageError, InputError, ModelError
from lesionlab.core.imaging import Pixels, decode
from lesionlab.core.synthetic_mark import says_synthetic
from lesionlab.inference.catalogue import list_models
from lesionlab.inference.provenance import made_by, pixels_sha256, read_provenance
from lesionlab.inference.remaking import fits_sheet, make_again, shown_in
from lesionlab.inference.sampler import Sampler
from lesionlab.records.card import ModelCard, read_card

TOLERANCE = 2  # levels of 255 that another processor or engine may differ by

Verdict = Literal["ours", "not ours", "unknown"]
Because = Literal[
    "made again exactly",
    "made again within 2/255",
    "pixels changed",
    "recipe not followed",
    "no record",
    "size of a model here",
    "mark without record",
    "model not here",
    "model damaged",
]


@dataclass(frozen=True)
class Finding:
    """What was found out about a file: a verdict, why, and the proof where there is one."""

    verdict: Verdict
    because: Because
    reason: str  # for people, in whole sentences
    record: Mapping[str, Any] | None = None
    largest_difference: int | None = None  # levels of 255 between the file's pixels and those made again
    differing: float | None = None  # the share of values that differ at all, 0..1
    notes: tuple[str, ...] = ()  # what else in the record is not as it should be


class Inspector:
    """Says of files whether the generators here made them; each is loaded once, when first needed.

    They are sought where models lie, and in `also`, the folders of further exports.
    """

    def __init__(self, also: Sequence[Path] = ()) -> None:
        listed = [(model.folder, model.card) for model in list_models() if isinstance(model.card, ModelCard)]
        named = [(folder, read_card(folder)) for folder in also]
        generators = [(folder, card) for folder, card in (*named, *listed) if card.kind == "generator"]
        self._folders = {card.weights_sha256: folder for folder, card in reversed(generators)}
        self._sizes = {card.image.size_px: card.name for _, card in reversed(generators)}
        self._samplers: dict[Path, Sampler] = {}

    def inspect(self, content: bytes) -> Finding:
        """Return the verdict on an image file's bytes.

        *ours*: its record names a generator here, and the image made again has the same pixels, exactly or within
        2 of 255 levels. *not ours*: it holds no record of ours, or the record and the pixels contradict each other.
        *unknown*: neither can be shown.

        Raises:
            ImageError: the bytes are no image, or a damaged one.
            TooLargeError: the image is too large.
        """
        record = read_provenance(content)
        if record is None:
            return self._without_record(content)
        shown = shown_in(content, record)
        folder = self._folders.get(str(record.get("model_sha256")))
        if folder is None:
            return Finding("unknown", "model not here", self._absent(record), record)
        try:
            sampler = self._sampler(folder)
        except ModelError as error:
            return Finding("unknown", "model damaged", f"Its model is here, but damaged: {error.cause}", record)
        return _compare(sampler, record, content, shown)

    def _sampler(self, folder: Path) -> Sampler:
        if folder not in self._samplers:
            self._samplers[folder] = Sampler(folder)
        return self._samplers[folder]

    def _absent(self, record: Mapping[str, Any]) -> str:
        named = str(record.get("model_sha256", "no model"))[:12]
        return f"Its record names {named}, which is none of the {len(self._folders)} generators here."

    def _without_record(self, content: bytes) -> Finding:
        height, width = decode(content).shape[:2]
        if says_synthetic(content):
            return Finding(
                "unknown",
                "mark without record",
                "It says of itself that a trained model made it, and holds no record of ours to say which.",
            )
        for size, name in self._sizes.items():
            if height == width == size or fits_sheet(height, width, size):
                reason = f"It holds no record, but has the size of what {name} makes: marks can be removed."
                return Finding("unknown", "size of a model here", reason)
        return Finding(
            "not ours", "no record", "It holds no record of ours, and no generator here makes images of its size."
        )


def _compare(sampler: Sampler, record: Mapping[str, Any], content: bytes, shown: list[Pixels]) -> Finding:
    card, notes = sampler.card, _notes(sampler.card, record)
    try:
        again = make_again(sampler, record, content, shown)
    except (InputError, ImageError) as error:
        reason = f"Its record names {card.name}, and no recipe that it could follow: {error.cause}"
        return Finding("not ours", "recipe not followed", reason, record, notes=notes)
    if [frame.shape for frame in again] != [frame.shape for frame in shown]:
        reason = f"{card.name} makes {_extent(again)} of its recipe, and the file holds {_extent(shown)}."
        return Finding("not ours", "pixels changed", reason, record, notes=notes)
    largest, differing = _difference(again, shown)
    as_written = record.get("pixels_sha256") in (None, pixels_sha256(shown[0]))
    if largest == 0:
        reason = f"{card.name} made it again, and every pixel is the same."
        return Finding("ours", "made again exactly", reason, record, largest, differing, notes)
    told = f"{differing:.1%} of the values differ, by up to {largest} of 255 levels"
    if largest <= TOLERANCE and as_written:
        reason = f"{card.name} made it again: {told}, as between two machines."
        return Finding("ours", "made again within 2/255", reason, record, largest, differing, notes)
    reason = f"{card.name} makes another image of its recipe: {told}. The pixels were changed, or the record moved."
    return Finding("not ours", "pixels changed", reason, record, largest, differing, notes)


def _difference(again: list[Pixels], shown: list[Pixels]) -> tuple[int, float]:
    gaps = [np.abs(a.astype(np.int16) - b) for a, b in zip(again, shown, strict=True)]
    return max(int(gap.max()) for gap in gaps), float(np.mean([(gap > 0).mean() for gap in gaps]))


def _extent(frames: list[Pixels]) -> str:
    height, width = frames[0].shape[:2]
    return f"{width} x {height} pixels" + (f" in {len(frames)} frames" if len(frames) > 1 else "")


def _notes(card: ModelCard, record: Mapping[str, Any]) -> tuple[str, ...]:
    """Tell what the record says of its model that the model's card does not: such words prove nothing."""
    told = {key: value for key, value in made_by(card).items() if key != "software"}
    wrong = [key for key, value in told.items() if record.get(key) != value]
    return tuple(f"Its record's {key.replace('_', ' ')} is not that of the model's card." for key in wrong)
