from __future__ import annotations

import base64
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.data.procedural import procedural_lesion
from lesionlab.inference.predictor import Prediction
from lesionlab.records.calibration import Calibration, PredictionSets
from lesionlab.records.card import ModelCard, read_card
from lesionlab.web.classification import MAPS_SHOWN, about_decision, about_scores, about_set, classification

PROBABILITIES = np.array([0.05, 0.1, 0.15, 0.02, 0.28, 0.3, 0.1], dtype=np.float32)


@pytest.fixture
def card(tiny_classifier: Path) -> ModelCard:
    return read_card(tiny_classifier)


@pytest.fixture
def prediction() -> Prediction:
    maps = np.zeros((7, 2, 2), dtype=np.float32)
    maps[5, 0, 0] = 1  # the class with the highest score has its evidence at the top left
    return Prediction(PROBABILITIES, "mel", maps, np.zeros(4, dtype=np.float32))


def test_scores_are_in_order_and_the_decision_is_kept_apart(card: ModelCard, prediction: Prediction) -> None:
    result = classification(procedural_lesion("nv", 1, 32), prediction, card)
    assert [s.diagnosis.code for s in result.scores][:3] == ["nv", "mel", "bkl"]
    assert result.decision.diagnosis.code == "mel"
    assert result.decision.probability == pytest.approx(0.28)
    assert result.map_side == 2


def test_the_maps_are_those_of_the_highest_scores(card: ModelCard, prediction: Prediction) -> None:
    result = classification(procedural_lesion("nv", 1, 32), prediction, card)
    assert [m.score for m in result.maps] == list(result.scores[:MAPS_SHOWN])
    seen, over = (
        np.asarray(Image.open(io.BytesIO(base64.b64decode(text.partition(",")[2]))), dtype=int)
        for text in (result.seen, result.maps[0].image)
    )
    change = np.abs(over - seen).sum(axis=2)
    assert change[:4, :4].mean() > 50
    assert change[-4:, -4:].mean() < 5


def test_balanced_scores_are_called_what_they_are(card: ModelCard) -> None:
    balanced = replace(card, temperature=1.0, prior=dict.fromkeys(HAM10000_CODES, 1 / 7))
    assert "not calibrated" in about_scores(balanced)
    assert "equally frequent" in about_scores(balanced)


def test_other_priors_are_told_apart(card: ModelCard) -> None:
    natural = replace(card, prior={"nv": 0.6, "mel": 0.3, "df": 0.1})
    assert "melanocytic nevus to be 6.0 times as frequent as dermatofibroma" in about_scores(natural)
    assert "equally frequent" not in about_scores(natural)
    assert "does not say" in about_scores(replace(card, prior={}))


def calibrated(card: ModelCard) -> ModelCard:
    zero = dict.fromkeys(HAM10000_CODES, 0.0)
    sets = PredictionSets(0.1, dict(zero), ())
    return replace(card, calibration=Calibration(zero, "ham10000", "5" * 64, 0, 700, {"nv": 400, "mel": 60}, sets))


def test_probabilities_are_called_so_where_they_are_calibrated(card: ModelCard) -> None:
    told = about_scores(calibrated(card))
    assert "probabilities, calibrated on 460 lesions of ham10000" in told
    assert "not calibrated" not in told


def test_a_decision_for_another_diagnosis_than_the_likeliest_is_explained(
    card: ModelCard, prediction: Prediction
) -> None:
    told = about_decision(classification(procedural_lesion("nv", 1, 32), prediction, card))
    assert told.startswith("Melanocytic nevus is likeliest")
    assert told.endswith("melanoma.")
    plain = classification(procedural_lesion("nv", 1, 32), replace(prediction, decision="nv"), card)
    assert about_decision(plain) == ""


def test_the_prediction_set_is_told_with_what_it_promises(card: ModelCard, prediction: Prediction) -> None:
    found = classification(
        procedural_lesion("nv", 1, 32), replace(prediction, prediction_set=("nv", "mel")), calibrated(card)
    )
    assert [diagnosis.code for diagnosis in found.prediction_set] == ["nv", "mel"]
    told = about_set(found, calibrated(card))
    assert told.startswith("Not ruled out: Melanocytic nevus, Melanoma.")
    assert "90% have" in told
    assert about_set(found, card) == ""
