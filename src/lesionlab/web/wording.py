"""How numbers, diagnoses and parts are written on the pages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import Flask, url_for
from markupsafe import Markup, escape

from lesionlab.core.diagnoses import Diagnosis, describe
from lesionlab.evaluation.classifier_text import PLAIN
from lesionlab.inference.recipe import Recipe
from lesionlab.records.card import BESIDE, Metric, figure
from lesionlab.web.images import synthetic_address
from lesionlab.web.models_in_use import models_in_use
from lesionlab.web.sources import Source

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")

_METRIC_NAMES = {
    "agreement": "Agreement with the diagnosis asked for",
    "authenticity": "Authenticity, median",
    "copies_found": "Planted copies found",
    "fid": "FID",
    "kid": "KID",
    "membership_auc": "Membership inference, AUC",
    "tstr": "Train on synthetic, test on real",
    "tstr_corrected": "The same over chance, as a share of what real images taught",
    "two_sample_accuracy": "Two-sample accuracy",
    "balanced_accuracy_at_choice": "Balanced accuracy when chosen",
    "macro_auc": "AUC, mean over the diagnoses",
}


def percent(value: float) -> str:
    """Return a share of 1 as text: `63.2%`, `<0.1%`, `>99.9%`."""
    if 0 < value < 0.001:
        return "<0.1%"
    if 0.999 < value < 1:
        return ">99.9%"
    return f"{value:.1%}"


def standing(diagnosis: Diagnosis) -> str:
    """Return whether a diagnosis counts as benign."""
    return "(pre)malignant" if diagnosis.malignant else "benign"


def thousands(value: float) -> str:
    """Return a number with commas, whole where it is whole."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def rulers(metrics: Sequence[Metric]) -> list[str]:
    """Return what stands beside a generator's figures on its page: real images, these blurred, other generators."""
    named = dict.fromkeys(name for metric in metrics for name in metric.ruler)
    return [name for name in named if name in ("real images", "blur 2 px") or name.startswith(BESIDE)]


def ruler_name(name: str) -> str:
    """Return the head of a ruler's column."""
    told = name.removeprefix(BESIDE)
    return told[:1].upper() + told[1:]


def duration(seconds: float) -> str:
    """Return a time as hours and minutes, or seconds when it is short."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def metric_name(name: str) -> str:
    """Return a metric's name in words: `balanced_accuracy` becomes `Balanced accuracy`."""
    return _METRIC_NAMES.get(name, name.replace("_", " ").capitalize())


def classifier_metric(name: str) -> tuple[str, str]:
    """Return a classifier's metric in words, and what it says in a sentence; blank where the words say it."""
    label, colon, sentence = PLAIN.get(name, metric_name(name)).partition(": ")
    return label, f"{sentence[:1].upper()}{sentence[1:]}." if colon else ""


def in_words(number: int) -> str:
    """Return a small number in words, a large one in digits."""
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def diagnosis_name(code: str) -> str:
    """Return the name of a diagnosis code."""
    return describe(code).name


def image_address(source: Source) -> str:
    """Return the address of the image of a source."""
    recipe = source.recipe
    if source.kind == "synthetic":
        return synthetic_address(models_in_use().card("generator"), recipe)
    return url_for("images.procedural", diagnosis=recipe.diagnosis, seed=recipe.seed)


def source_text(recipe: Recipe) -> str:
    """Return how addresses name the synthetic image of a recipe."""
    return Source("synthetic", recipe).text


def in_code(text: str) -> Markup:
    """Mark what stands between backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def add_wording(app: Flask) -> None:
    """Give the templates these ways of writing."""
    for write in (
        percent,
        figure,
        standing,
        thousands,
        duration,
        ruler_name,
        rulers,
        metric_name,
        in_words,
        diagnosis_name,
        image_address,
        source_text,
        in_code,
    ):
        app.add_template_filter(write)
    app.add_template_filter(classifier_metric)
    app.add_template_filter(describe, "diagnosis")
