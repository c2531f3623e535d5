from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest

from lesionlab.core.errors import LesionLabError, ModelError
from lesionlab.inference import catalogue
from lesionlab.inference.catalogue import find_model, list_models, released_extractors
from lesionlab.records.card import read_card, write_card


@pytest.fixture
def places(tmp_path: Path, monkeypatch, make_generator, make_classifier) -> Path:
    """A released pair, an own generator `fine` and the export of classifier run 3."""
    home = tmp_path / "home"
    monkeypatch.setenv("LESIONLAB_HOME", str(home))
    monkeypatch.setattr(catalogue, "released_folder", lambda: tmp_path / "released")
    generator, classifier = make_generator("g"), make_classifier("c")
    shutil.copytree(generator, tmp_path / "released" / "generator")
    shutil.copytree(classifier, tmp_path / "released" / "classifier")
    shutil.copytree(generator, home / "models" / "fine")
    shutil.copytree(classifier, home / "runs" / "00003-classifier-ham10000-64px" / "export")
    return tmp_path


def test_listed_in_order_with_cards(places):
    names = [model.name for model in list_models()]
    assert names == ["released", "released", "fine", "00003-classifier-ham10000-64px"]
    assert {model.card.kind for model in list_models()} == {"generator", "classifier"}  # type: ignore[union-attr]


def test_released_is_found_by_kind(places):
    assert find_model("released", "generator") == catalogue.generator_folder()
    assert find_model("released", "classifier") == catalogue.classifier_folder()


@pytest.mark.parametrize("name", ["00003-classifier-ham10000-64px", "3", "00003"])
def test_run_is_found_by_name_and_number(places, name):
    assert find_model(name, "classifier").name == "export"


def test_own_model_is_found_by_name(places):
    assert find_model("fine", "generator") == places / "home" / "models" / "fine"


def test_path_of_export_run_and_release_are_taken(places):
    run = places / "home" / "runs" / "00003-classifier-ham10000-64px"
    assert find_model(str(run), "classifier") == run / "export"
    assert find_model(str(run / "export"), "classifier") == run / "export"
    assert find_model(str(places / "released"), "classifier") == places / "released" / "classifier"


def test_name_wins_over_a_folder_of_that_name_here(places, tmp_path, monkeypatch):
    here = tmp_path / "here"
    shutil.copytree(places / "released" / "generator", here / "released" / "generator")
    monkeypatch.chdir(here)
    assert find_model("released", "generator") == places / "released" / "generator"
    assert find_model("./released", "generator").resolve() == (here / "released" / "generator").resolve()


def test_other_kind_is_refused_and_the_right_ones_are_named(places):
    with pytest.raises(ModelError, match="'fine' is a generator, not a classifier") as caught:
        find_model("fine", "classifier")
    assert "released" in caught.value.cure


def test_unknown_name_gets_the_nearest(places):
    with pytest.raises(ModelError, match="no generator 'fin'") as caught:
        find_model("fin", "generator")
    assert caught.value.cure == "Did you mean 'fine'?"


def test_path_without_a_card_is_told_as_a_path(places):
    with pytest.raises(ModelError, match=r"holds no card\.json"):
        find_model(str(places / "nowhere"), "generator")


def test_damaged_card_is_listed_with_its_error_and_refused_by_name(places):
    (places / "home" / "models" / "fine" / "card.json").write_text("{")
    (listed,) = [model for model in list_models() if model.name == "fine"]
    assert isinstance(listed.card, LesionLabError)
    with pytest.raises(ModelError, match="damaged"):
        find_model("fine", "generator")


def test_nothing_released_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("LESIONLAB_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(catalogue, "released_folder", lambda: tmp_path / "none")
    assert list_models() == []
    with pytest.raises(ModelError, match="No released generator") as caught:
        find_model("released", "generator")
    assert "lesionlab gan train" in caught.value.cure
    with pytest.raises(ModelError, match="no generator 'x'"):
        find_model("x", "generator")


@pytest.fixture
def extractors(places: Path, make_extractor) -> Path:
    """Two released extractors: `a-random`, which saw no image, and `b-learned`."""
    folder = places / "released" / "extractors"
    for name, images in (("a-random", 0), ("b-learned", 7)):
        shutil.copytree(make_extractor(name), folder / name)
        card = read_card(folder / name)
        write_card(folder / name, dataclasses.replace(card, training=dataclasses.replace(card.training, images=images)))
    return folder


def test_released_extractors_go_by_their_own_names_the_learned_one_first(extractors):
    assert released_extractors() == [extractors / "b-learned", extractors / "a-random"]
    assert find_model("a-random", "extractor") == extractors / "a-random"
    assert [model.name for model in list_models()][:4] == ["released", "released", "a-random", "b-learned"]
    with pytest.raises(ModelError, match="names of their own") as caught:
        find_model("released", "extractor")
    assert caught.value.cure == "Known extractors: a-random, b-learned."


def test_without_extractors_the_cure_makes_one(places):
    assert released_extractors() == []
    for name in ("released", "nothing"):
        with pytest.raises(ModelError) as caught:
            find_model(name, "extractor")
        assert "lesionlab models extractor" in caught.value.cure
    with pytest.raises(ModelError, match="'fine' is a generator, not an extractor"):
        find_model("fine", "extractor")
