from __future__ import annotations

from pathlib import Path

import numpy as np

from lesionlab.inference.extractor import FeatureExtractor
from lesionlab.models.random_vgg import RandomVgg, calibration_images
from lesionlab.records.card import read_card
from lesionlab.records.seen_groups import read_seen_groups
from lesionlab.training.extractor import LIMIT


def test_random_network_becomes_an_extractor_that_answers_as_it_does(run, tmp_path: Path):
    folder = tmp_path / "random"
    result = run("models", "extractor", "--random", "3", "--size", "16", "--to", folder)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Extractor vgg19-random-3: 368 features of images of 16 px")
    images = calibration_images(16)[:20]
    expected = RandomVgg(3, 16).features(images)
    # float16 kernels: at 16 px the last block is a single pixel, and nothing averages
    np.testing.assert_allclose(FeatureExtractor(folder).features(images), expected, atol=0.03 * expected.max())
    card = read_card(folder)
    assert read_seen_groups(folder, card).rows == ()
    assert card.training.command == "lesionlab models extractor --random 3 --size 16"
    assert (card.licence, card.limits) == ("CC0 1.0", (LIMIT,))
    verified = run("models", "verify", folder)
    assert verified.exit_code == 0, verified.output
    assert "the engine agrees with torch" in verified.stdout


def test_trunk_of_a_run_is_listed_and_released_beside_its_models(
    run, tiny_extractor, tiny_generator, tiny_classifier, tmp_path
):
    models = ("--generator", tiny_generator, "--classifier", tiny_classifier, "--extractor", tiny_extractor)
    result = run("models", "release", *models, "--name", "1", "--to", tmp_path / "released")
    assert result.exit_code == 0, result.output
    verified = run("models", "verify", tmp_path / "released")
    assert verified.exit_code == 0, verified.output
    assert "OK: the engine agrees with torch on the probe of vgg19-tiny" in verified.stdout


def test_options_that_contradict_each_other_are_refused(refused, tmp_path):
    to = ("--to", tmp_path / "x")
    assert "One of --classifier and --random" in refused("models", "extractor", *to)[0]
    assert "One of" in refused("models", "extractor", "--random", 0, "--classifier", "0", *to)[0]
    assert "--size" in refused("models", "extractor", "--classifier", "0", "--size", "32", *to)[1]
    assert "There is no run '7'" in refused("models", "extractor", "--classifier", "7", *to)[0]
    assert not (tmp_path / "x").exists()
