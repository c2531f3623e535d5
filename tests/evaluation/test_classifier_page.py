import re
import shutil

import pytest

from lesionlab.core.notice import NOTICE
from lesionlab.evaluation.calibration import calibrate_classifier
from lesionlab.evaluation.classifier import evaluate_classifier
from lesionlab.evaluation.classifier_page import classifier_page
from lesionlab.evaluation.classifier_text import PLAIN
from lesionlab.inference import calibrating
from lesionlab.inference.predictor import Predictor
from lesionlab.records.card import write_card


@pytest.fixture
def calibrated(tiny_classifier, tiny_data, tmp_path, monkeypatch):
    monkeypatch.setattr(calibrating, "LEAST_LESIONS", 7)
    folder = shutil.copytree(tiny_classifier, tmp_path / "export")
    write_card(folder, calibrate_classifier(Predictor(folder), tiny_data.part("validation")).card)
    return folder


def test_the_page_tells_each_figure_with_a_sentence_and_loads_nothing(calibrated, tiny_data):
    report = evaluate_classifier(Predictor(calibrated), tiny_data.part("validation"))
    html = classifier_page(report, calibrated)
    assert re.search(r'(src|href)="(?!data:|#)', html) is None
    assert html == classifier_page(report, calibrated)
    for words in (NOTICE, "Balanced accuracy", "The prior alone", "Coverage of its sets", "Calibrated on", "test part"):
        assert words in html
    assert html.count("<svg") == 3  # the mark, the recalls, the confidence
    for metric in report.metrics:
        assert metric.text in html
        assert metric.name in PLAIN
    assert "fewer than 30" in html  # no coverage of a class with so few lesions


def test_without_calibration_there_is_no_word_of_sets(tiny_classifier, tiny_data):
    report = evaluate_classifier(Predictor(tiny_classifier), tiny_data.part("validation"))
    html = classifier_page(report, tiny_classifier)
    assert "As trained: not calibrated" in html
    assert "Coverage of its sets" not in html
    assert "It decides for the likeliest diagnosis" in html


def test_a_class_without_a_lesion_has_no_recall(tiny_classifier, tiny_data):
    whole = tiny_data.part("validation")
    groups = {group for group, label in zip(whole.groups, whole.labels, strict=True) if label < 3}
    report = evaluate_classifier(Predictor(tiny_classifier), whole.of_groups(groups))
    html = classifier_page(report, tiny_classifier)
    assert '<span class="soft">none</span>' in html
    assert "when only the diagnoses that occur may be chosen" in html
