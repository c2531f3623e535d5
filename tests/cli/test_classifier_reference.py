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


@pytest.fixture
def pictures(tmp_path):
    """A drawn lesion, and noise, which is none."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    Image.fromarray(procedural_lesion("nv", 4, 96)).save(folder / "lesion.png")
    noise = np.random.default_rng(0).integers(0, 256, (96, 96, 3), dtype=np.uint8)
    Image.fromarray(noise).save(folder / "noise.png")
    return folder


def test_what_is_out_of_scope_gets_no_result_when_it_is_asked_about(judge, run, pictures):
    told = run("classifier", "predict", pictures / "noise.png", "--model", "judge").stdout
    assert "No result: this does not look like a dermoscopic picture" in told
    assert "decision" not in told
    answers = json.loads(run("classifier", "predict", pictures, "--model", "judge", "--json").stdout)["images"]
    assert [answer["scope"]["in_scope"] for answer in answers] == [True, False]
    assert "decision: " in run("classifier", "predict", pictures / "lesion.png", "--model", "judge").stdout


def test_a_table_says_which_files_are_out_of_scope(judge, run, pictures, tmp_path):
    result = run("classifier", "predict", pictures, "--model", "judge", "--out", tmp_path / "table.csv")
    assert "1 of the files added now are no dermoscopic pictures" in result.stdout
    lines = (tmp_path / "table.csv").read_text().splitlines()
    place = lines[0].split(",").index("in_scope")
    assert [line.split(",")[place] for line in lines[1:]] == ["yes", "no"]


def test_views_are_averaged_on_request_and_never_into_a_card(judge, run, refused, pictures):
    one, eight = (
        json.loads(run("classifier", "predict", pictures / "noise.png", "--model", "judge", "--json", *more).stdout)
        for more in ((), ("--average-orientations",))
    )
    assert one["images"][0]["probabilities"] != eight["images"][0]["probabilities"]
    asked = ("classifier", "evaluate", "--model", "judge", "--data", "tiny", "--average-orientations")
    assert "seen in its eight views" in run(*asked).stdout
    assert "--to-card excludes --average-orientations" in refused(*asked, "--to-card")[0]
