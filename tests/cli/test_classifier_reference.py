import json

import numpy as np
import pytest
from PIL import Image

from lesionlab.data.procedural import procedural_lesion
from lesionlab.evaluation import scope as measuring
from lesionlab.evaluation.scope_card import SCOPE_LIMIT
from lesionlab.inference.nearest_cases import NearestCases
from lesionlab.inference.predictor import Predictor
from lesionlab.inference.scope import load_scope
from lesionlab.records.card import read_card


@pytest.fixture
def judge(run, own_models, tiny_set):
    """The tiny classifier with a scope and a reference."""
    result = run("classifier", "reference", "--model", "judge", "--data", "tiny")
    assert result.exit_code == 0, result.output
    assert "next: lesionlab classifier scope --model judge --data tiny" in result.stdout
    return own_models / "judge"


def test_reference_writes_scope_and_cases_and_the_card_says_what_is_untested(judge, run, own_models):
    assert load_scope(judge).facts.images["nv"] > 0
    drawn = procedural_lesion("nv", 1, 16)
    (prediction,) = Predictor(judge).predict([drawn])
    assert len(NearestCases(judge).nearest(prediction.features)) == 5
    assert read_card(judge).limits[-1] == SCOPE_LIMIT
    assert run("classifier", "reference", "--model", "judge", "--data", "tiny").exit_code == 0
    assert read_card(judge).limits.count(SCOPE_LIMIT) == 1


def test_scope_measures_lesions_drawings_and_photographs(judge, run, tmp_path, monkeypatch):
    monkeypatch.setattr(measuring, "EACH", 1)
    (tmp_path / "odd").mkdir()
    noise = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "odd" / "noise.png")
    result = run("classifier", "scope", "--model", "judge", "--data", "tiny", "--photos", tmp_path / "odd", "--to-card")
    assert result.exit_code == 0, result.output
    assert "Lesions refused" in result.stdout
    metrics = json.loads((judge / "card.json").read_text())["metrics"]
    found = {(metric["name"], metric["of"], metric["data"]): metric for metric in metrics}
    assert found["photos_refused", "", "odd"]["value"] == 1
    assert found["lesions_refused", "nv", ""]["unit"] == "lesions"
    assert found["drawings_refused", "gravel", ""]["n"] == 1


def test_a_classifier_without_a_scope_is_told_how_to_get_one(refused, own_models, tiny_set):
    cause, cure = refused("classifier", "scope", "--model", "judge", "--data", "tiny")
    assert "scope.npz" in cause
    assert "classifier reference" in cure
