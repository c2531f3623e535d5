import shutil
from dataclasses import replace

import pytest

from lesionlab.core.errors import ModelError
from lesionlab.evaluation.card_metrics import write_to_card
from lesionlab.evaluation.classifier import evaluate_classifier
from lesionlab.evaluation.generator import evaluate_generator
from lesionlab.inference.predictor import Predictor
from lesionlab.inference.sampler import Sampler
from lesionlab.records.card import read_card


def test_a_report_enters_the_card_and_replaces_its_own_earlier_figures(tiny_classifier, tiny_data, tmp_path):
    folder = shutil.copytree(tiny_classifier, tmp_path / "export")
    report = evaluate_classifier(Predictor(folder), tiny_data.part("validation"))
    write_to_card(folder, report)
    card = write_to_card(folder, report)
    assert read_card(folder) == card
    assert [m.name for m in card.metrics][:3] == ["balanced_accuracy", "accuracy", "macro_auc"]
    assert card.metrics[:-1] == report.metrics
    assert card.metrics[-1].name == "balanced_accuracy_at_choice"
    assert card.confusion == report.confusion
    assert card.confusion_part == "validation"
    test = replace(report, part="test", metrics=tuple(replace(m, part="test") for m in report.metrics))
    n = len(report.metrics)
    assert [m.part for m in write_to_card(folder, test).metrics] == ["validation"] * n + ["test"] * n + ["validation"]


def test_figures_of_external_sets_stand_by_their_names_and_leave_the_confusion(tiny_classifier, tiny_data, tmp_path):
    folder = shutil.copytree(tiny_classifier, tmp_path / "export")
    report = evaluate_classifier(Predictor(folder), tiny_data.part("validation"))
    own = write_to_card(folder, report)
    for name in ("clinic", "isic2017", "clinic"):
        metrics = tuple(replace(m, part="external", data=name) for m in report.metrics)
        card = write_to_card(folder, replace(report, part="external", metrics=metrics, confusion=((1,),)))
    found = [(m.part, m.data) for m in card.metrics]
    sets = (("validation", ""), ("external", "isic2017"), ("external", "clinic"))
    assert found == [each for each in sets for _ in report.metrics] + [("validation", "")]
    assert (card.confusion, card.confusion_part) == (own.confusion, "validation")


def test_a_generator_report_enters_its_card(tiny_generator, tiny_classifier, tmp_path):
    folder = shutil.copytree(tiny_generator, tmp_path / "export")
    report = evaluate_generator(Sampler(folder), Predictor(tiny_classifier), per_class=2)
    card = write_to_card(folder, report)
    assert {m.name for m in card.metrics} == {"agreement"}
    assert card.metrics[0].of == "macro"
    assert card.confusion_part == "synthetic"


def test_a_report_of_other_weights_is_refused(tiny_classifier, tiny_data, tmp_path):
    folder = shutil.copytree(tiny_classifier, tmp_path / "export")
    report = evaluate_classifier(Predictor(folder), tiny_data.part("validation"))
    with pytest.raises(ModelError, match="Evaluate this model again"):
        write_to_card(folder, replace(report, model_sha256="0" * 64))
