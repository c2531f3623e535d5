from dataclasses import replace

import pytest
import torch

from lesionlab.core.errors import DataError, ModelError, RunError
from lesionlab.data.calibration_half import choice_half
from lesionlab.data.prepared import PreparedData
from lesionlab.inference.predictor import Predictor
from lesionlab.models import architectures
from lesionlab.models.vgg19 import Vgg19
from lesionlab.models.weights import load_state
from lesionlab.records.card import CARD_NAME, read_card
from lesionlab.records.options import ClassifierOptions
from lesionlab.records.split import Split
from lesionlab.training import classifier_run
from lesionlab.training.classifier_run import continue_classifier, start_classifier
from lesionlab.training.extractor import extractor_of_run


def test_it_learns_the_drawn_lesions_better_than_chance(tiny_classifier_run):
    first, _, last = tiny_classifier_run.read_stats()
    assert last["loss"] < first["loss"]
    assert last["train_accuracy"] > 2 / 7  # of 256 images; those to choose on are seven, too few to tell


def test_the_export_is_the_best_on_validation(tiny_classifier_run, tiny_data):
    card = read_card(tiny_classifier_run.export)
    (chosen,) = card.metrics
    figures = [line["validation_balanced_accuracy"] for line in tiny_classifier_run.read_stats()]
    assert chosen.value == max(figures)
    assert (chosen.part, chosen.unit) == ("validation", "lesions")
    assert chosen.n == len(set(choice_half(tiny_data.part("validation")).lesions))
    assert sum(card.prior.values()) == pytest.approx(1, abs=1e-5)


def test_the_rate_warms_up_and_falls_to_nothing(tiny_classifier_run):
    rate = load_state(tiny_classifier_run.state)["trainee"]["optimiser"]["param_groups"][0]["lr"]
    assert 0 < rate < ClassifierOptions().lr / 10


def test_a_size_that_is_not_prepared_is_refused(tiny_data, tmp_path):
    with pytest.raises(DataError):
        start_classifier(ClassifierOptions(image_size_px=128), tiny_data, "", tmp_path)


def refused(error, options, data, runs):
    with pytest.raises(error) as caught:
        start_classifier(options, data, "", runs)
    assert not runs.exists()
    return caught.value


def test_one_class_alone_is_nothing_to_tell_apart(tiny_data, tiny_classifier_options, tmp_path):
    rows = tuple(row for row in tiny_data.split.rows if row.diagnosis == "nv")
    data = PreparedData(tiny_data.folder, tiny_data.record, Split(rows, ("nv",)))
    assert "has one class, nv" in refused(DataError, tiny_classifier_options, data, tmp_path / "runs").cause


def test_a_class_without_a_validation_image_to_choose_on_is_named(tiny_data, tiny_classifier_options, tmp_path):
    rows = tuple(row for row in tiny_data.split.rows if row.part != "validation" or row.diagnosis != "df")
    data = tiny_data.under(Split(rows, tiny_data.split.classes), "planted")
    error = refused(DataError, tiny_classifier_options, data, tmp_path / "runs")
    assert "Among the 12 validation images to choose on is none of df." in error.cause
    assert "at least two validation lesions of each class" in error.cure


def test_a_class_without_a_training_image_and_too_few_for_a_batch_are_named(
    tiny_data, tiny_classifier_options, tmp_path
):
    rows = tuple(row for row in tiny_data.split.rows if row.part != "train" or row.diagnosis != "vasc")
    data = tiny_data.under(Split(rows, tiny_data.split.classes), "planted")
    assert "No training image of vasc" in refused(DataError, tiny_classifier_options, data, tmp_path / "runs").cause
    options = replace(tiny_classifier_options, batch_size=128)
    assert "fewer than a batch of 128" in refused(DataError, options, tiny_data, tmp_path / "runs").cause


def test_224_px_need_data_from_originals(tiny_data, tiny_classifier_options, tmp_path):
    error = refused(DataError, replace(tiny_classifier_options, image_size_px=224), tiny_data, tmp_path / "runs")
    assert "not at 224 px" in error.cause
    assert "original images" in error.cure


@pytest.fixture
def pretrained_options(tiny_classifier_options, tmp_path, monkeypatch):
    """Options with a file of weights; it is narrow, and so is what is built at width 1."""
    monkeypatch.setattr(architectures, "Vgg19", lambda classes, width, dropout: Vgg19(classes, 0.0625, dropout))
    path = tmp_path / "narrow.pth"
    torch.save({f"features.{name}": w for name, w in Vgg19(3, 0.0625).features.state_dict().items()}, path)
    return replace(
        tiny_classifier_options, pretrained=str(path), width=1.0, total_kimg=0.128, validate_kimg=0.128, frozen_blocks=1
    )


def export_nothing(network, image_size_px, folder):
    folder.mkdir(exist_ok=True)
    return "0" * 64


def test_pretrained_weights_are_proved_before_a_run_begins_and_told_in_the_card(
    tiny_data, pretrained_options, tmp_path, monkeypatch
):
    monkeypatch.setattr(classifier_run, "export_classifier", export_nothing)  # it takes seconds
    run = start_classifier(pretrained_options, tiny_data, "", tmp_path / "runs")
    continue_classifier(run, tiny_data)
    assert f"began with weights of SHA-256 {run.read().parent_sha256[:12]}" in read_card(run.export).limits[-1]


def test_pretrained_weights_that_do_not_fit_or_change_are_refused(tiny_data, pretrained_options, tmp_path):
    run = start_classifier(pretrained_options, tiny_data, "", tmp_path / "runs")
    torch.save({"features.0.weight": torch.zeros(2)}, pretrained_options.pretrained)
    with pytest.raises(RunError, match="changed since"):
        continue_classifier(run, tiny_data)
    assert "does not fit VGG-19" in refused(ModelError, pretrained_options, tiny_data, tmp_path / "others").cause


def test_the_small_cnn_is_exported_with_its_maps_and_the_even_prior_of_weighted_images(
    tiny_data, tiny_classifier_options, tmp_path
):
    options = replace(
        tiny_classifier_options,
        architecture="small-cnn",
        balance="weighted",
        class_temperature=1.0,
        total_kimg=0.128,
        validate_kimg=0.128,
    )
    run = start_classifier(options, tiny_data, "", tmp_path)
    continue_classifier(run, tiny_data)
    card = read_card(run.export)
    assert (card.name, card.architecture[:17]) == ("Small CNN 16 px", "Four convolutions")
    (found,) = Predictor(run.export).predict(list(tiny_data.part("train").images(16)[:1]))
    assert found.maps.shape == (7, 2, 2)
    assert list(card.prior.values()) == pytest.approx([1 / 7] * 7)
    with pytest.raises(RunError, match="trained a small-cnn"):
        extractor_of_run(run, tmp_path / "extractor")


def test_the_classic_head_trains_to_its_end_and_exports_nothing(tiny_data, tiny_classifier_options, tmp_path):
    options = replace(
        tiny_classifier_options, head="classic", image_size_px=32, width=0.0625, total_kimg=0.128, validate_kimg=0.128
    )
    run = start_classifier(options, tiny_data, "", tmp_path)
    continue_classifier(run, tiny_data)
    assert run.done
    assert not (run.export / CARD_NAME).exists()
    assert run.read_stats()[-1]["validation_balanced_accuracy"] > 0
    with pytest.raises(RunError, match="with the classic head"):
        extractor_of_run(run, tmp_path / "extractor")
