from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from lesionlab.core.errors import InputError, RunError
from lesionlab.data.prepared import PreparedData
from lesionlab.inference.extractor import FeatureExtractor
from lesionlab.inference.predictor import Predictor
from lesionlab.inference.probe import probe_difference
from lesionlab.records.card import read_card
from lesionlab.records.run import RunFolder
from lesionlab.records.seen_groups import read_seen_groups
from lesionlab.training.extractor import extractor_of_run, random_extractor


def test_the_last_block_is_what_the_classifier_calls_its_features(
    tiny_extractor: Path, tiny_classifier: Path, tiny_data: PreparedData
) -> None:
    images = tiny_data.part("validation").images(16)
    features = FeatureExtractor(tiny_extractor).features(images)
    expected = np.stack([each.features for each in Predictor(tiny_classifier).predict(list(images))])
    assert features.shape == (len(images), 184)
    np.testing.assert_allclose(features[:, -64:], expected, atol=0.01 * np.abs(expected).max())
    assert np.abs(features[:, :8]).max() > 0


def test_its_card_tells_what_shaped_it_and_what_it_saw(tiny_extractor: Path, tiny_classifier: Path) -> None:
    card, origin = read_card(tiny_extractor), read_card(tiny_classifier)
    assert (card.kind, card.name, card.feature_dims) == ("extractor", "vgg19-tiny", 184)
    assert card.training == origin.training
    assert (card.licence, card.attribution, card.classes) == (origin.licence, origin.attribution, origin.classes)
    assert read_seen_groups(tiny_extractor, card) == read_seen_groups(tiny_classifier, origin)
    assert probe_difference(tiny_extractor) < 1e-3


def test_folder_in_use_is_left_alone(tiny_classifier_run: RunFolder, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    for folder in (tmp_path, tmp_path / "mine.txt"):
        with pytest.raises(InputError, match="is there already"):
            extractor_of_run(tiny_classifier_run, folder)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_runs_that_have_no_classifier_to_give_are_refused(
    tiny_gan_run: RunFolder, tiny_classifier_run: RunFolder, tmp_path: Path
) -> None:
    with pytest.raises(RunError, match="trains a generator"):
        extractor_of_run(tiny_gan_run, tmp_path / "x")
    run = RunFolder(shutil.copytree(tiny_classifier_run.path, tmp_path / "run"))
    torch.save({"trainee": {"best": {}}}, run.state)
    with pytest.raises(RunError, match="holds no weights of this classifier"):
        extractor_of_run(run, tmp_path / "x")
    (run.path / "done").unlink()
    with pytest.raises(RunError, match="is not done"):
        extractor_of_run(run, tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_a_size_that_no_trunk_takes_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no images of 20 px"):
        random_extractor(0, 20, tmp_path / "x", "")
    assert list(tmp_path.iterdir()) == []
