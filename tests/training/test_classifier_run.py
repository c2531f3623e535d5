import pytest

from lesionlab.core.errors import DataError
from lesionlab.models.weights import load_state
from lesionlab.records.card import read_card
from lesionlab.records.options import ClassifierOptions
from lesionlab.training.classifier_run import start_classifier


def test_it_learns_the_drawn_lesions_better_than_chance(tiny_classifier_run):
    figures = [line["validation_balanced_accuracy"] for line in tiny_classifier_run.read_stats()]
    assert len(figures) == 3
    assert max(figures) > 2 / 7


def test_the_export_is_the_best_on_validation(tiny_classifier_run, tiny_data):
    card = read_card(tiny_classifier_run.export)
    (chosen,) = card.metrics
    figures = [line["validation_balanced_accuracy"] for line in tiny_classifier_run.read_stats()]
    assert chosen.value == max(figures)
    assert (chosen.part, chosen.unit) == ("validation", "lesions")
    assert chosen.n == len(set(tiny_data.part("validation").lesions))
    assert sum(card.prior.values()) == pytest.approx(1, abs=1e-5)


def test_the_rate_warms_up_and_falls_to_nothing(tiny_classifier_run):
    rate = load_state(tiny_classifier_run.state)["trainee"]["optimiser"]["param_groups"][0]["lr"]
    assert 0 < rate < ClassifierOptions().lr / 10


def test_a_size_that_is_not_prepared_is_refused(tiny_data, tmp_path):
    with pytest.raises(DataError):
        start_classifier(ClassifierOptions(image_size_px=128), tiny_data, "", tmp_path)
