from __future__ import annotations

import pytest

from lesionlab.inference import calibrating
from lesionlab.inference.predictor import Predictor
from lesionlab.records.card import read_card


def test_the_card_is_calibrated_and_the_gain_told(run, own_models, tiny_set, monkeypatch):
    monkeypatch.setattr(calibrating, "LEAST_LESIONS", 7)
    result = run("classifier", "calibrate", "judge", "--data", "tiny")
    assert result.exit_code == 0, result.output
    assert "Calibrated on 7 validation lesions" in result.stdout
    assert "the prior alone" in result.stdout
    card = read_card(own_models / "judge")
    assert card.calibration.data == "tiny"
    assert card.calibration.split_sha256 == tiny_set.split.sha256
    (prediction,) = Predictor(own_models / "judge").predict([tiny_set.part("validation").images(16)[0]])
    assert prediction.decision in prediction.prediction_set


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (("judge", "--data", "tiny"), "has 7 lesions to calibrate on; 100 are needed"),
        (("painter", "--data", "tiny"), "is a generator"),
        (("judge", "--data", "nothing"), "No prepared data set is called 'nothing'"),
    ],
)
def test_what_cannot_be_calibrated_is_refused_and_keeps_its_card(refused, own_models, tiny_set, arguments, cause):
    before = (own_models / "judge" / "card.json").read_bytes()
    told, _ = refused("classifier", "calibrate", *arguments)
    assert cause in told
    assert (own_models / "judge" / "card.json").read_bytes() == before
