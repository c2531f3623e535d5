from __future__ import annotations

from pathlib import Path

import pytest

from lesionlab.core.home import models_folder
from lesionlab.inference import catalogue


@pytest.fixture
def release(tmp_path: Path, tiny_generator: Path, tiny_classifier: Path, run, monkeypatch) -> Path:
    """A release of the tiny models, pinned by the command, in the place of the real one."""
    folder = tmp_path / "released"
    models = ("--generator", tiny_generator, "--classifier", tiny_classifier)
    result = run("models", "release", *models, "--name", "lesson", "--to", folder)
    assert result.exit_code == 0, result.output
    assert f"next: lesionlab models verify {folder}" in result.stdout
    monkeypatch.setattr("lesionlab.core.resources.released_folder", lambda: folder)
    monkeypatch.setattr(catalogue, "released_folder", lambda: folder)
    return folder


def test_list_tells_name_kind_size_and_hash(run, release, own_models):
    result = run("models", "list")
    assert result.exit_code == 0
    rows = [line.split() for line in result.stdout.splitlines()[1:]]
    assert [row[:4] for row in rows] == [
        ["released", "generator", "16", "px"],
        ["released", "classifier", "16", "px"],
        ["judge", "classifier", "16", "px"],
        ["painter", "generator", "16", "px"],
    ]
    assert "n = " in result.stdout
    assert str(models_folder() / "judge") in result.stdout


def test_unreadable_model_is_listed_as_such(run, release, own_models):
    (own_models / "judge" / "card.json").write_text("{")
    result = run("models", "list")
    assert result.exit_code == 0
    assert "unreadable" in result.stdout


def test_no_model_says_what_to_do(refused, monkeypatch, tmp_path):
    monkeypatch.setattr(catalogue, "released_folder", lambda: tmp_path / "none")
    cause, cure = refused("models", "list")
    assert cause == "There is no model yet."
    assert "lesionlab gan train" in cure


def test_whole_release_is_verified(run, release):
    result = run("models", "verify")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("OK: 9 files of release lesson have the hashes")
    assert result.stdout.count("the engine agrees with torch") == 2
    assert "OK: DCGAN 16 px saw 77 images of 56 lesion groups, as its card says." in result.stdout
    assert run("models", "verify", release).stdout == result.stdout


def test_each_difference_is_told(run, release):
    (release / "generator" / "model.onnx").write_bytes(b"short")
    (release / "classifier" / "probe.npz").unlink()
    (release / "classifier" / "extra.txt").write_text("extra")
    result = run("models", "verify", release)
    assert result.exit_code == 2
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 3
    assert "generator/model.onnx has 5 bytes" in result.stderr
    assert "classifier/probe.npz is missing." in result.stderr
    assert "classifier/extra.txt does not belong" in result.stderr


def test_single_export_is_verified_by_its_card(run, refused, own_models):
    result = run("models", "verify", own_models / "painter")
    assert result.exit_code == 0
    assert result.stdout.startswith("OK: the weights of DCGAN 16 px")
    (own_models / "painter" / "model.onnx").write_bytes(b"other")
    cause, _ = refused("models", "verify", own_models / "painter")
    assert "SHA-256" in cause


def test_list_of_lesions_seen_is_verified_by_the_card(refused, own_models):
    groups = own_models / "judge" / "groups.csv"
    groups.write_text(groups.read_text().replace(",train\n", ",validation\n", 1))
    cause, cure = refused("models", "verify", own_models / "judge")
    assert "groups.csv has SHA-256" in cause
    assert "Export the model again" in cure
    groups.unlink()
    cause, _ = refused("models", "verify", own_models / "judge")
    assert "which lesions VGG-19 16 px saw is unknown" in cause


def test_folder_without_models_is_refused(refused, tmp_path):
    cause, _ = refused("models", "verify", tmp_path)
    assert str(tmp_path) in cause


def test_release_of_something_that_is_no_export_is_refused_and_leaves_the_old_one(refused, run, release, own_models):
    models = ("--generator", "painter", "--classifier", "painter")
    refused("models", "release", *models, "--name", "other", "--to", release)
    assert run("models", "verify", release).exit_code == 0


def test_release_replaces_nothing_but_a_release(refused, own_models, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    models = ("--generator", "painter", "--classifier", "judge")
    cause, _ = refused("models", "release", *models, "--name", "x", "--to", tmp_path / "mine.txt")
    assert "is a file" in cause
    cause, cure = refused("models", "release", *models, "--name", "x", "--to", tmp_path)
    assert "holds home, mine.txt" in cause
    assert "Name a new folder" in cure
    assert (tmp_path / "mine.txt").read_text() == "mine"
