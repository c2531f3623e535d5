"""Is a file ours? Read its record, find the model, make the image again and compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from lesionlab.core.errors import InputError, ModelError
from lesionlab.core.imaging import Pixels, decode
from lesionlab.core.synthetic_mark import says_synthetic
from lesionlab.inference.animation import format_of
from lesionlab.inference.catalogue import find_model, list_models
from lesionlab.inference.provenance import made_by, pixels_sha256, read_provenance
from lesionlab.inference.remaking import could_show, kind_of, make_again, shown_in
from lesionlab.inference.sampler import Sampler
from lesionlab.records.card import ModelCard, read_card

TOLERANCE = 2  # levels of 255 that another processor or engine may differ by

Verdict = Literal["ours", "not ours", "unknown"]
Because = Literal[
    "made again exactly",
    "made again within 2/255",
    "alike in 256 colours",
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

    They are sought where models lie, and in `also`, the folders of further exports, runs or releases.

    Raises:
        ModelError: a folder of `also` holds no generator.
    """

    def __init__(self, also: Sequence[Path] = ()) -> None:
        named = [(folder, read_card(folder)) for folder in (find_model(str(path), "generator") for path in also)]
        listed = [(model.folder, model.card) for model in list_models() if isinstance(model.card, ModelCard)]
        self._generators: dict[str, tuple[Path, ModelCard]] = {}
        for folder, card in (*named, *listed):
            if card.kind == "generator":
                self._generators.setdefault(card.weights_sha256, (folder, card))
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
        named = str(record.get("model_sha256", ""))
        if named not in self._generators:
            told = (
                f"generator {named[:12]}, which is none of the {len(self._generators)} here"
                if named
                else "no generator"
            )
            return Finding("unknown", "model not here", f"Its record names {told}.", record)
        try:
            sampler = self._sampler(self._generators[named][0])
        except ModelError as error:
            return Finding("unknown", "model damaged", f"Its model is here, but damaged: {error.cause}", record)
        return _compare(sampler, record, content, shown)

    def _sampler(self, folder: Path) -> Sampler:
        if folder not in self._samplers:
            self._samplers[folder] = Sampler(folder)
        return self._samplers[folder]

    def _without_record(self, content: bytes) -> Finding:
        height, width = decode(content).shape[:2]
        if says_synthetic(content):
            reason = "It says of itself that a trained model made it, and holds no record of ours to say which."
            return Finding("unknown", "mark without record", reason)
        for _, card in self._generators.values():
            if could_show(height, width, card.image.size_px):
                reason = f"It holds no record, but has the size of what {card.name} makes: marks can be removed."
                return Finding("unknown", "size of a model here", reason)
        reason = "It holds no record of ours, and no generator here makes images of its size."
        return Finding("not ours", "no record", reason)


def _compare(sampler: Sampler, record: Mapping[str, Any], content: bytes, shown: list[Pixels]) -> Finding:
    card, notes = sampler.card, _notes(sampler.card, record)
    try:
        again = make_again(sampler, record, content, shown)
    except InputError as error:
        reason = f"Its record names {card.name}, and no recipe that it could follow: {error.cause}"
        return Finding("not ours", "recipe not followed", reason, record, notes=notes)
    if [frame.shape for frame in again] != [frame.shape for frame in shown]:
        reason = f"{card.name} makes {_extent(again)} of its recipe, and the file holds {_extent(shown)}."
        return Finding("not ours", "pixels changed", reason, record, notes=notes)
    gap = _gap(again, shown)
    as_written = record.get("pixels_sha256") in (None, pixels_sha256(shown[0]))
    in_few_colours = kind_of(record) == "walk" and format_of(content) == "GIF"
    verdict, because, reason = _judge(card.name, gap, as_written, in_few_colours)
    return Finding(verdict, because, reason, record, gap.largest, gap.differing, notes)


class _Gap(NamedTuple):
    """How far the frames made again lie from those shown, in levels of 255."""

    largest: int
    mean: float  # in the frame that differs most
    differing: float  # the share of values that differ at all

    def __str__(self) -> str:
        """Tell it."""
        share = f"{self.differing:.1%}" if self.differing >= 0.001 else "fewer than 0.1%"
        return f"{share} of the values differ, by up to {self.largest} of 255 levels"


def _judge(name: str, gap: _Gap, as_written: bool, in_few_colours: bool) -> tuple[Verdict, Because, str]:
    if gap.largest == 0:
        return "ours", "made again exactly", f"{name} made it again, and every pixel is the same."
    if gap.largest <= TOLERANCE and as_written:
        return "ours", "made again within 2/255", f"{name} made it again: {gap}, as between two machines."
    if gap.mean <= TOLERANCE and in_few_colours:
        reason = f"{name} made a like one: {gap}. The 256 colours of a GIF depend on the machine: no proof either way."
        return "unknown", "alike in 256 colours", reason
    reason = f"{name} makes another image of its recipe: {gap}. The pixels were changed, or the record moved."
    return "not ours", "pixels changed", reason


def _gap(again: list[Pixels], shown: list[Pixels]) -> _Gap:
    frames = [np.abs(a.astype(np.int16) - b) for a, b in zip(again, shown, strict=True)]
    return _Gap(
        largest=max(int(frame.max()) for frame in frames),
        mean=max(float(frame.mean()) for frame in frames),
        differing=float(np.mean([(frame > 0).mean() for frame in frames])),
    )


def _extent(frames: list[Pixels]) -> str:
    height, width = frames[0].shape[:2]
    return f"{width} x {height} pixels" + (f" in {len(frames)} frames" if len(frames) > 1 else "")


def _notes(card: ModelCard, record: Mapping[str, Any]) -> tuple[str, ...]:
    """Tell what the record says of its model that the model's card does not: such words prove nothing."""
    told = {key: value for key, value in made_by(card).items() if key != "software"}
    wrong = [key for key, value in told.items() if record.get(key) != value]
    return tuple(f"Its record's {key.replace('_', ' ')} is not that of the model's card." for key in wrong)
