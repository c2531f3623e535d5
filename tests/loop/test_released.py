"""The models that come with the package: whole, small enough, honest about themselves, and alive."""

from pathlib import Path

import numpy as np
import pytest

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.notice import NOTICE
from lesionlab.core.resources import released_folder, splits_folder
from lesionlab.data.procedural import procedural_lesion
from lesionlab.inference.catalogue import released_extractors
from lesionlab.inference.extractor import FeatureExtractor
from lesionlab.inference.predictor import Predictor
from lesionlab.inference.probe import TOLERANCE, probe_difference
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sampler import Sampler
from lesionlab.records.card import read_card
from lesionlab.records.release import MAX_RELEASE_BYTES, ROLES, members, read_release, verify_release
from lesionlab.records.seen_groups import read_seen_groups
from lesionlab.records.split import read_split

ROOT = Path(__file__).parents[2]


def test_every_file_is_as_pinned_and_the_set_is_small_enough():
    assert verify_release(released_folder()) == []
    assert sum(pin.size_bytes for pin in read_release(released_folder()).files.values()) <= MAX_RELEASE_BYTES


@pytest.mark.parametrize("place", members(released_folder()))
def test_this_machines_engine_agrees_with_torch(place):
    assert probe_difference(released_folder() / place) <= TOLERANCE


@pytest.mark.parametrize("role", ROLES)
def test_cards_tell_origin_licence_and_limits(role):
    card = read_card(released_folder() / role)
    assert card.kind == role
    assert card.classes == HAM10000_CODES
    assert card.training.split_sha256 in (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    assert card.training.images == len(read_seen_groups(released_folder() / role, card).images("train"))
    assert card.training.command.startswith(f"lesionlab {'gan' if role == 'generator' else 'classifier'} train")
    assert card.licence == "CC BY-NC 4.0"
    assert "HAM10000" in card.attribution
    assert card.notice == NOTICE
    assert card.metrics
    assert all(metric.n > 0 for metric in card.metrics)


@pytest.mark.parametrize(("role", "uses"), [("generator", ("train",)), ("classifier", ("train", "validation"))])
def test_no_lesion_they_saw_lies_in_the_test_part_and_none_they_trained_on_outside_training(role, uses):
    seen = read_seen_groups(released_folder() / role, read_card(released_folder() / role))
    split = read_split(splits_folder() / "ham10000-release.csv")
    part = {row.image_id: row.part for row in split.rows}
    assert {part[image_id] for image_id in seen.images("train")} == {"train"}
    assert {part[image_id] for image_id in seen.images(*uses)} == set(uses)
    group = {row.image_id: row.group for row in split.rows}
    test = {row.group for row in split.rows if row.part == "test"}
    assert not test & {group[image_id] for image_id in seen.images(*uses)}


def test_the_generator_was_trained_long_enough_and_the_judge_is_its_companion():
    card = read_card(released_folder() / "generator")
    assert card.training.options["total_kimg"] >= 1500
    judge = read_card(released_folder() / "classifier").weights_sha256[:12]
    assert {metric.judge for metric in card.metrics if metric.name == "agreement"} == {judge}


def test_the_generator_is_held_against_the_test_part_and_the_faithful_dcgan():
    metrics = read_card(released_folder() / "generator").metrics
    whole = {(metric.name, metric.of): metric for metric in metrics if metric.part == "test"}
    kid, fid, grid = whole["kid", "macro"], whole["fid", ""], whole["grid_index", ""]
    assert kid.value <= kid.ruler["beside faithful DCGAN"] / 4
    assert kid.value < kid.ruler["blur 2 px"]
    assert fid.value <= 3 * fid.ruler["real images"]
    assert abs(grid.value / grid.ruler["real images"] - 1) <= 0.1
    assert whole["tstr_corrected", ""].value >= 0.6
    assert whole["copies", ""].value <= whole["copies", ""].ruler["real images"] + 0.01


def test_the_classifier_shows_balanced_accuracy_before_accuracy_and_the_test_figure_beside():
    metrics = read_card(released_folder() / "classifier").metrics
    assert [metric.name for metric in metrics[:2]] == ["balanced_accuracy", "accuracy"]
    assert {metric.part for metric in metrics} == {"validation", "test"}


def test_images_differ_by_seed_and_by_diagnosis():
    sampler = Sampler(released_folder() / "generator")
    images = sampler.sample([Recipe(seed, code) for code in HAM10000_CODES for seed in (1, 2, 3)]).astype(int)
    by_class = images.reshape(7, 3, *images.shape[1:])
    assert np.abs(by_class[:, 0] - by_class[:, 1]).mean() > 5
    assert np.abs(by_class[:-1] - by_class[1:]).mean() > 2
    assert images.std() > 15


def test_the_classifier_answers_for_any_image():
    predictor = Predictor(released_folder() / "classifier")
    (prediction,) = predictor.predict([procedural_lesion("nv", 1, 100)])
    assert prediction.decision in HAM10000_CODES
    assert prediction.probabilities.sum() == pytest.approx(1, abs=1e-5)


def test_one_extractor_learned_from_isic_2017_alone_and_the_other_from_nothing():
    learned, random = (read_card(folder) for folder in released_extractors())
    seen = [read_seen_groups(folder, read_card(folder)).images() for folder in released_extractors()]
    assert learned.training.images_per_source == {"isic2017": learned.training.images}
    assert learned.training.command.startswith("lesionlab classifier train --data isic2017-train")
    assert len(seen[0]) > learned.training.images >= 1000
    assert not seen[0] & {row.image_id for row in read_split(splits_folder() / "ham10000-release.csv").rows}
    assert seen[1] == frozenset()
    for card in (learned, random):
        assert card.licence == "CC0 1.0"
        assert card.image == read_card(released_folder() / "generator").image


def test_extractors_see_the_generators_images_alike_in_any_company():
    images = Sampler(released_folder() / "generator").sample([Recipe(seed, "nv") for seed in range(3)])
    for folder in released_extractors():
        extractor = FeatureExtractor(folder)
        found = extractor.features(images)
        assert found.shape == (3, extractor.card.feature_dims)
        assert extractor.features(images[1:2]).tobytes() == found[1:2].tobytes()
        assert found.std(axis=0).max() > 0.01
