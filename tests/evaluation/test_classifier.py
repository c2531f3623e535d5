import dataclasses
import json

import numpy as np
import pytest

from lesionlab.core.errors import DataError
from lesionlab.core.notice import NOTICE
from lesionlab.evaluation.classifier import evaluate_classifier
from lesionlab.inference.predictor import Predictor
from lesionlab.records.codec import to_plain


def test_the_engine_measures_what_training_measured(tiny_classifier, tiny_data):
    report = evaluate_classifier(Predictor(tiny_classifier), tiny_data.part("validation"))
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
