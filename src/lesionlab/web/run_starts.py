"""Trainings that the page offers, what each costs, and the form that asks for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lesionlab.core.errors import InputError, ModelError
from lesionlab.core.names import did_you_mean
from lesionlab.core.resources import released_folder
from lesionlab.records.card import read_card
from lesionlab.records.job import Stage, TrainingRequest
from lesionlab.records.presets import CLASSIFIER_PRESETS, GAN_PRESETS, Preset
from lesionlab.web.order import decimal_number, whole_number
from lesionlab.web.run_views import RunView

_PRESETS: Mapping[Stage, Mapping[str, Preset[Any]]] = {"gan": GAN_PRESETS, "classifier": CLASSIFIER_PRESETS}
_KINDS: Mapping[Stage, str] = {"gan": "generator", "classifier": "classifier"}
TRAINING_GB = 5.5  # that `python run.py --train` fetches


@dataclass(frozen=True)
class Offer:
    """A preset on the page: its options, and about how long it takes."""

    stage: Stage
    preset: Preset[Any]
    seconds: float | None
    measured: str  # where the time comes from

    @property
    def value(self) -> str:
        """Its word in the form."""
        return f"{self.stage}:{self.preset.name}"


def offers(runs: Sequence[RunView]) -> list[Offer]:
    """Return what can be started, with the time that runs on this machine or the released models took."""
    return [_offer(stage, preset, runs) for stage, presets in _PRESETS.items() for preset in presets.values()]


def _offer(stage: Stage, preset: Preset[Any], runs: Sequence[RunView]) -> Offer:
    options = preset.options
    alike = [v for v in runs if v.record.kind == _KINDS[stage] and v.size_px == options.image_size_px and v.kimg >= 1]
    if alike:
        pace = alike[0].seconds / alike[0].kimg
        return Offer(stage, preset, pace * options.total_kimg, f"at the pace of {alike[0].name}")
    try:
        card = read_card(released_folder() / _KINDS[stage])
    except ModelError:
        return Offer(stage, preset, None, "")
    # A step costs about as much as it has pixels.
    pixels = (options.image_size_px / card.image.size_px) ** 2
    pace = card.training.seconds / card.training.kimg * pixels
    return Offer(stage, preset, pace * options.total_kimg, "at the pace of the released model, on two cores")


def read_start(form: Mapping[str, str], data_names: Sequence[str]) -> TrainingRequest:
    """Read the form.

    Raises:
        InputError: a field is unknown or no number.
        OptionsError: a number is out of range.
    """
    stage, _, name = form.get("preset", "").partition(":")
    known = {f"{a}:{b}" for a, presets in _PRESETS.items() for b in presets}
    if f"{stage}:{name}" not in known:
        raise InputError(f"There is no preset '{form.get('preset', '')[:40]}'.", "Choose one of those on the page.")
    chosen: Stage = "gan" if stage == "gan" else "classifier"
    data = form.get("data", "")
    if data not in data_names:
        raise InputError(f"No prepared data is called '{data[:40]}'.", did_you_mean(data[:40], data_names))
    options = _PRESETS[chosen][name].options
    settings: list[str] = []
    if form.get("kimg", "").strip():
        kimg = decimal_number("Length", form["kimg"].strip())
        options, settings = replace(options, total_kimg=kimg), [*settings, "--set", f"total_kimg={kimg:g}"]
    if form.get("seed", "").strip():
        seed = whole_number("Seed", form["seed"].strip())
        options, settings = replace(options, seed=seed), [*settings, "--set", f"seed={seed}"]
    return TrainingRequest(chosen, ("--preset", name, "--data", data, *settings))
