import dataclasses
import json
import shutil
from collections import Counter

import numpy as np
import pytest

from lesionlab.core.errors import DataError
from lesionlab.core.notice import NOTICE
from lesionlab.data.calibration_half import calibration_half, choice_half
from lesionlab.evaluation.classifier import evaluate_classifier
from lesionlab.evaluation.trust import CROSS_FITTED
from lesionlab.inference import calibrating
from lesionlab.inference.calibrating import calibrate_card
from lesionlab.inference.part_logits import part_logits
from lesionlab.inference.predictor import Predictor
from lesionlab.records.card import read_card, write_card
from lesionlab.records.codec import to_plain


def test_the_engine_measures_what_training_measured(tiny_classifier, tiny_data):
    report = evaluate_classifier(Predictor(tiny_classifier), choice_half(tiny_data.part("validation")))
    chosen = Predictor(tiny_classifier).card.metrics[0]
    found = {metric.name: metric for metric in report.metrics}
    # Training validates in bfloat16 where it can; a lesion on the fence may fall the other way.
    assert found["balanced_accuracy"].value == pytest.approx(chosen.value, abs=0.15)
    assert found["balanced_accuracy"].n == report.lesions == chosen.n


def test_the_report_adds_up_and_reads_well(tiny_classifier, tiny_data):
    part = tiny_data.part("validation")
    seen = []
    report = evaluate_classifier(Predictor(tiny_classifier), part, lambda done, total, **_: seen.append((done, total)))
    assert np.sum(report.confusion) == report.lesions == len(set(part.lesions))
    assert report.images == len(part.labels)
    assert seen[-1] == (report.images, report.images)
    text = report.to_text()
    assert "balanced accuracy" in text
    assert NOTICE in text
    assert all(code in text for code in report.classes)
    plain = json.loads(json.dumps(to_plain(report)))
    assert plain["part"] == "validation"
    assert [(s["column"], s["value"], s["lesions"]) for s in plain["strata"]] == [
        ("source", "procedural", report.lesions)
    ]
    assert f"By source\n  procedural  not shown: n = {report.lesions} lesions" in text
    assert "This part chose the stopping point or calibrated" in text
    assert "Probabilities, as trained: not calibrated" in text
    assert "the prior alone" in text
    assert sum(b["n"] for b in plain["reliability"]) == report.lesions
    assert [m["name"] for m in plain["metrics"]][:2] == ["balanced_accuracy", "accuracy"]
    trained = Predictor(tiny_classifier).card.training.images
    assert plain["trained_on"] == {"procedural": trained}
    assert f"Learned from: procedural ({trained} images)" in text


def test_another_class_list_is_refused(tiny_classifier, tiny_data):
    part = dataclasses.replace(tiny_data.part("validation"), classes=("a", "b"))
    with pytest.raises(DataError, match="class list"):
        evaluate_classifier(Predictor(tiny_classifier), part)


def test_an_external_set_that_lacks_classes_is_measured_among_those_it_has(tiny_classifier, tiny_data):
    whole = tiny_data.part("validation")
    there = [whole.classes.index(code) for code in ("mel", "nv", "bkl")]
    groups = {group for group, label in zip(whole.groups, whole.labels, strict=True) if label in there}
    part = dataclasses.replace(whole.of_groups(groups), name="external")
    report = evaluate_classifier(Predictor(tiny_classifier), part)
    names = {metric.name: metric for metric in report.metrics}
    assert set(names) > {"balanced_accuracy_among_classes_there", "probability_of_classes_not_there"}
    assert {metric.data for metric in report.metrics} == {tiny_data.name}
    assert 0 < names["probability_of_classes_not_there"].value < 1
    assert report.lesions_per_class["df"] == 0
    assert "balanced accuracy among classes there" in report.to_text()


def test_a_calibrated_model_decides_by_its_prior_and_tells_coverage(tiny_classifier, tiny_data, tmp_path, monkeypatch):
    monkeypatch.setattr(calibrating, "LEAST_LESIONS", 7)
    folder, part = shutil.copytree(tiny_classifier, tmp_path / "export"), tiny_data.part("validation")
    half = calibration_half(part)
    card = calibrate_card(read_card(folder), half, part_logits(Predictor(folder), half))
    write_card(folder, card)
    report = evaluate_classifier(Predictor(folder), part)
    assert report.trust == CROSS_FITTED
    assert sum(b.n for b in report.reliability) == len(set(half.lesions)) < report.lesions
    decided = [p.decision for p in Predictor(folder).predict(list(part.images(16)))]
    ones = {lesion: code for lesion, code in zip(part.lesions, decided, strict=True) if part.lesions.count(lesion) == 1}
    counted = Counter(ones.values())
    columns = np.sum(report.confusion, axis=0)
    assert all(columns[card.classes.index(code)] >= n for code, n in counted.items())
    assert {metric.name for metric in report.metrics} > {"coverage", "set_size", "brier", "recall"}


def test_a_set_of_one_class_only_is_measured_without_a_warning(tiny_classifier, tiny_data):
    whole = tiny_data.part("validation")
    groups = {group for group, label in zip(whole.groups, whole.labels, strict=True) if label == 5}
    report = evaluate_classifier(Predictor(tiny_classifier), whole.of_groups(groups))
    found = {metric.name: metric for metric in report.metrics}
    assert found["balanced_accuracy"].value == found["recall"].value
    assert "macro_auc" not in found
    assert "no lesion here" in report.to_text()
