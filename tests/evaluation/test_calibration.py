import shutil
from dataclasses import replace

import numpy as np
import pytest

from lesionlab.core.errors import DataError
from lesionlab.data.calibration_half import calibration_half
from lesionlab.evaluation.calibration import calibrate_classifier
from lesionlab.evaluation.card_metrics import write_to_card
from lesionlab.evaluation.classifier import evaluate_classifier
from lesionlab.inference import calibrating
from lesionlab.inference.predictor import Predictor


@pytest.fixture
def few_allowed(monkeypatch):
    monkeypatch.setattr(calibrating, "LEAST_LESIONS", 7)


@pytest.mark.usefixtures("few_allowed")
def test_it_is_fitted_on_the_half_that_chose_nothing_and_told_before_and_after(tiny_classifier, tiny_data):
    part, seen = tiny_data.part("validation"), []
    found = calibrate_classifier(Predictor(tiny_classifier), part, lambda done, total, **_: seen.append(total))
    half = calibration_half(part)
    assert found.card.calibration.images == len(half.labels) == seen[-1]
    assert found.card.weights_sha256 == Predictor(tiny_classifier).card.weights_sha256
    assert {metric.name for metric in found.after} - {metric.name for metric in found.before} == {
        "coverage",
        "set_size",
    }
    assert not found.card.calibration.chose
    text = found.to_text()
    assert f"Calibrated on {len(set(half.lesions))} validation lesions ({len(half.labels)} images) of tiny" in text
    assert "as it was  cross-fitted" in text
    assert "one limit together, as they have few lesions: akiec (1)" in text


@pytest.mark.usefixtures("few_allowed")
def test_a_model_that_chose_on_these_lesions_too_is_told(tiny_classifier, tiny_data):
    predictor = Predictor(tiny_classifier)
    (chosen,) = predictor.card.metrics
    predictor.card = replace(predictor.card, metrics=(replace(chosen, n=14),))
    found = calibrate_classifier(predictor, tiny_data.part("validation"))
    assert found.card.calibration.chose
    assert "its probabilities flatter it a little" in found.to_text()


@pytest.mark.usefixtures("few_allowed")
def test_what_was_measured_of_earlier_decisions_goes(tiny_classifier, tiny_data, tmp_path):
    folder, part = shutil.copytree(tiny_classifier, tmp_path / "export"), tiny_data.part("validation")
    assert write_to_card(folder, evaluate_classifier(Predictor(folder), part)).confusion
    card = calibrate_classifier(Predictor(folder), part).card
    assert [metric.name for metric in card.metrics] == ["balanced_accuracy_at_choice"]
    assert (card.confusion, card.confusion_part) == ((), "")


def test_seven_lesions_calibrate_nothing(tiny_classifier, tiny_data):
    with pytest.raises(DataError, match="has 7 lesions to calibrate on"):
        calibrate_classifier(Predictor(tiny_classifier), tiny_data.part("validation"))


@pytest.mark.usefixtures("few_allowed")
def test_a_class_without_validation_images_is_named(tiny_classifier, tiny_data, monkeypatch):
    monkeypatch.setattr(calibrating, "LEAST_LESIONS", 1)
    part = tiny_data.part("validation")
    with_all_but_df = part.of_groups(np.array(part.groups)[part.labels != 3].tolist())
    with pytest.raises(DataError, match="no lesion of df to calibrate on"):
        calibrate_classifier(Predictor(tiny_classifier), with_all_but_df)
