from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from lesionlab.cli import sample_folder
from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.imaging import read
from lesionlab.core.seeds import MAX_SEED
from lesionlab.inference.provenance import read_provenance
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sampler import Sampler


def _manifest(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_folder_holds_what_its_manifest_says(run, own_models, tmp_path):
    out = tmp_path / "out"
    result = run("gan", "sample", "--model", "painter", "--count", 3, "--seed", 98, "--out", out)
    assert result.exit_code == 0, result.output
    assert f"21 synthetic images and manifest.csv lie in {out}" in result.stdout
    assert "Not a diagnosis." in result.stdout
    rows = _manifest(out)
    assert {row["file"] for row in rows} | {"manifest.csv"} == {path.name for path in out.iterdir()}
    assert [row["diagnosis"] for row in rows[::3]] == list(HAM10000_CODES)
    assert [row["seed"] for row in rows[:3]] == ["98", "99", "100"]
    sampler = Sampler(own_models / "painter")
    for row in rows:
        content = (out / row["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == row["sha256"]
        assert row["model_sha256"] == sampler.card.weights_sha256
        record = read_provenance(content)
        assert record is not None
        assert (record["seed"], record["diagnosis"]) == (int(row["seed"]), row["diagnosis"])


def test_pixels_are_those_of_the_recipe(run, own_models, tmp_path):
    run("gan", "sample", "--model", "painter", "--diagnosis", "mel", "--count", 2, "--out", tmp_path / "out")
    expected = Sampler(own_models / "painter").sample([Recipe(0, "mel"), Recipe(1, "mel")])
    assert np.array_equal(read(tmp_path / "out" / "mel-0.png"), expected[0])
    assert np.array_equal(read(tmp_path / "out" / "mel-1.png"), expected[1])


def test_without_out_each_call_gets_a_folder_of_its_own(run, own_models, home):
    for _ in range(2):
        assert run("gan", "sample", "--model", "painter", "--diagnosis", "nv", "--count", 1).exit_code == 0
    assert sorted(path.name for path in (home / "samples").iterdir()) == ["00000-nv-seed0", "00001-nv-seed0"]


@pytest.mark.parametrize(("diagnosis", "count", "shape"), [("all", 10, (7, 8)), ("mel", 10, (2, 8)), ("nv", 3, (1, 3))])
def test_sheet_shows_the_first_ones_and_is_marked(run, own_models, tmp_path, diagnosis, count, shape):
    out = tmp_path / "out"
    run("gan", "sample", "--model", "painter", "--diagnosis", diagnosis, "--count", count, "--out", out, "--sheet")
    assert read(out / "sheet.png").shape == (shape[0] * 18 + 2, shape[1] * 18 + 2, 3)
    record = read_provenance((out / "sheet.png").read_bytes())
    assert record is not None
    assert record["synthetic"] is True
    assert record["recipes"][0][0] == 0
    assert "sheet.png" not in {row["file"] for row in _manifest(out)}


def test_empty_folder_is_filled_in_place(run, own_models, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    before = out.stat().st_ino
    assert run("gan", "sample", "--model", "painter", "--count", 1, "--out", out).exit_code == 0
    assert out.stat().st_ino == before
    assert len(_manifest(out)) == 7


@pytest.mark.parametrize(
    ("arguments", "cause", "cure"),
    [
        (["--diagnosis", "mell"], "Unknown diagnosis 'mell'", "Did you mean 'mel'?"),
        (["--diagnosis", "MEL"], "Unknown diagnosis 'MEL'", "Known: akiec, bcc, bkl, df, mel, nv, vasc."),
        (["--count", "0"], "--count 0 is outside 1..100,000.", "100,000"),
        (["--count", "-3"], "--count -3 is outside", "100,000"),
        (["--count", "10000000"], "--count 10000000 is outside", "100,000"),
        (["--count", "20000"], "--count 140000 is outside", "100,000"),
        (["--seed", "-1"], "Seed -1 is outside", "whole number"),
        (["--seed", "abc"], "--seed", "--help"),
        (["--seed", "1.5"], "--seed", "--help"),
        (["--seed", str(MAX_SEED - 3)], f"Seed {MAX_SEED + 4} is outside", "whole number"),
        (["--model", "paintr"], "no generator 'paintr'", "Did you mean 'painter'?"),
        (["--model", "judge"], "'judge' is a classifier, not a generator", "painter"),
        (["--model", "./nowhere"], "nowhere holds no card.json.", "exported model"),
    ],
)
def test_bad_choice_is_refused_and_nothing_is_written(refused, own_models, home, arguments, cause, cure):
    asked = {"--model": "painter"} | dict([arguments])
    told, next_step = refused("gan", "sample", *(word for pair in asked.items() for word in pair))
    assert cause in told
    assert cure in next_step
    assert not (home / "samples").exists()


def test_folder_that_is_not_empty_is_left_as_it_is(refused, own_models, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    before = sorted(tmp_path.iterdir())
    cause, cure = refused("gan", "sample", "--model", "painter", "--out", tmp_path)
    assert "not empty" in cause
    assert "Name another" in cure
    assert sorted(tmp_path.iterdir()) == before


def test_file_in_place_of_the_folder_is_refused(refused, own_models, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    cause, _ = refused("gan", "sample", "--model", "painter", "--out", tmp_path / "mine.txt")
    assert "is a file" in cause
    assert (tmp_path / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("existed", [False, True])
def test_interrupted_sampling_leaves_nothing(run, own_models, tmp_path, monkeypatch, existed):
    made = sample_folder.synthetic_png

    def stop_at_the_third(pixels, card, recipe):
        if recipe.seed == 2:
            raise KeyboardInterrupt
        return made(pixels, card, recipe)

    monkeypatch.setattr(sample_folder, "synthetic_png", stop_at_the_third)
    out = tmp_path / "out"
    if existed:
        out.mkdir()
    assert run("gan", "sample", "--model", "painter", "--out", out).exit_code == 130
    assert out.exists() == existed
    assert not existed or not list(out.iterdir())


def test_model_cut_in_half_is_refused(refused, own_models):
    weights = own_models / "painter" / "model.onnx"
    weights.write_bytes(weights.read_bytes()[: weights.stat().st_size // 2])
    cause, cure = refused("gan", "sample", "--model", "painter")
    assert "SHA-256" in cause
    assert "fetch or export it again" in cure


def test_card_of_another_version_is_refused(refused, own_models):
    card = own_models / "painter" / "card.json"
    card.write_text(card.read_text().replace('"card_version": 2', '"card_version": 1'))
    cause, cure = refused("gan", "sample", "--model", "painter")
    assert "card version 1; this LesionLab reads version 2" in cause
    assert "Export the model again" in cure


def test_evaluate_counts_agreement_and_writes_it_into_the_card(run, own_models, tmp_path):
    models = ("--model", "painter", "--classifier", "judge")
    result = run("gan", "evaluate", *models, "--count", "3", "--out", tmp_path / "report.json", "--to-card")
    assert result.exit_code == 0, result.output
    assert "agreement" in result.stdout
    assert json.loads((tmp_path / "report.json").read_text())["images"] == 21
    card = json.loads((own_models / "painter" / "card.json").read_text())
    assert [metric["name"] for metric in card["metrics"]] == ["agreement"]


def test_evaluate_refuses_no_image(refused, own_models):
    cause, _ = refused("gan", "evaluate", "--model", "painter", "--classifier", "judge", "--count", "0")
    assert "0" in cause
