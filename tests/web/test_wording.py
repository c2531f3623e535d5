from __future__ import annotations

import pytest

from lesionlab.core.diagnoses import find_diagnosis
from lesionlab.web.wording import (
    classifier_metric,
    diagnosis_name,
    duration,
    in_words,
    metric_name,
    percent,
    standing,
    thousands,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0.0%"), (0.0004, "<0.1%"), (0.123, "12.3%"), (0.9996, ">99.9%"), (1, "100.0%")],
)
def test_percent(value: float, text: str) -> None:
    assert percent(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(7009, "7,009"), (500.0, "500"), (0.512, "0.51"), (12_345_678, "12,345,678")]
)
def test_thousands(value: float, text: str) -> None:
    assert thousands(value) == text


@pytest.mark.parametrize(("seconds", "text"), [(2.4, "2 s"), (600, "10 min"), (3900, "1 h 5 min")])
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_benign_and_malignant_are_told_in_words() -> None:
    assert standing(find_diagnosis("mel")) == "(pre)malignant"
    assert standing(find_diagnosis("bkl")) == "benign"


def test_names() -> None:
    assert diagnosis_name("vasc") == "Vascular lesion"
    assert diagnosis_name("class-of-ones-own") == "class-of-ones-own"
    assert metric_name("balanced_accuracy") == "Balanced accuracy"
    assert "chosen" in metric_name("balanced_accuracy_at_choice")
    assert classifier_metric("brier")[0] == "Brier score"
    assert classifier_metric("brier")[1].startswith("The squared distance")
    assert classifier_metric("balanced_accuracy_at_choice") == (metric_name("balanced_accuracy_at_choice"), "")
    assert (in_words(7), in_words(40)) == ("seven", "40")
