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
    assert json.loads(json.dumps(to_plain(report)))["part"] == "validation"


def test_another_class_list_is_refused(tiny_classifier, tiny_data):
    part = dataclasses.replace(tiny_data.part("validation"), classes=("a", "b"))
    with pytest.raises(DataError, match="class list"):
        evaluate_classifier(Predictor(tiny_classifier), part)
