from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from lesionlab.core.imaging import read
from lesionlab.core.notice import NOTICE
from lesionlab.core.png import encode_png
from lesionlab.inference import animation
from lesionlab.inference.provenance import RECORD_KEY, read_provenance


@pytest.fixture
def sampled(run, own_models, tmp_path: Path) -> Path:
    """A folder of three images of one diagnosis with a sheet."""
    arguments = ("--model", "painter", "--diagnosis", "mel", "--count", 3, "--sheet")
    result = run("gan", "sample", *arguments, "--out", tmp_path / "sampled")
    assert result.exit_code == 0, result.output
    return tmp_path / "sampled"


def test_each_image_of_a_folder_is_told_with_its_proof(run, sampled):
    result = run("inspect", sampled)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[::3] == [f"{sampled / f'mel-{seed}.png'}: ours" for seed in range(3)]
    assert lines[1] == "  DCGAN 16 px made it again, and every pixel is the same."
    assert lines[2::3] == [f"  recorded: mel, seed {seed}" for seed in range(3)]


def test_a_sheet_and_a_walk_are_told_as_such(run, sampled, tmp_path):
    walk = tmp_path / "w.gif"
    run("gan", "walk", "mel:1", "nv:2", "--model", "painter", "--truncation", 2, "--frames", 2, "--out", walk)
    result = run("inspect", sampled / "sheet.png", walk)
    assert result.exit_code == 0, result.output
    assert result.stdout.count(": ours") == 2
    assert "recorded: a sheet of 3 images" in result.stdout
    assert "recorded: a walk: mel, seed 1, truncated at 2; nv, seed 2, truncated at 2" in result.stdout


def test_one_file_that_cannot_be_read_stops_none_of_the_others(run, sampled):
    (sampled / "mel-1.png").write_text("renamed text")
    result = run("inspect", sampled / "mel-0.png", sampled / "mel-1.png", sampled / "none.png", sampled / "mel-2.png")
    assert result.exit_code == 2
    assert result.stdout.count(": ours") == 2
    errors = [line for line in result.stderr.splitlines() if not line.startswith("Inspecting")]
    assert errors == [
        f"error: {sampled / 'mel-1.png'}: The file is not an image in a format known here.",
        "  next: Name an image file; of a damaged one nothing can be shown.",
        f"error: {sampled / 'none.png'}: No such file or directory.",
        "  next: Check the path for a typing mistake.",
    ]


def test_json_holds_every_finding_and_every_error(run, sampled):
    (sampled / "mel-1.png").write_text("renamed text")
    result = run("inspect", "--json", sampled / "mel-0.png", sampled / "mel-1.png")
    assert result.exit_code == 2
    told = json.loads(result.stdout)
    assert told["notice"] == NOTICE
    ours, damaged = told["files"]
    assert ours["file"] == str(sampled / "mel-0.png")
    assert (ours["verdict"], ours["because"]) == ("ours", "made again exactly")
    assert (ours["largest_difference"], ours["differing"]) == (0, 0)
    assert ours["record"]["seed"] == 0
    assert set(damaged) == {"file", "error"}
    assert set(damaged["error"]) == {"cause", "cure"}


def test_an_image_of_a_model_elsewhere_is_known_by_its_folder(run, sampled, own_models, tmp_path):
    shutil.move(own_models / "painter", tmp_path / "elsewhere")
    image = sampled / "mel-0.png"
    assert "mel-0.png: unknown" in run("inspect", image).stdout
    assert "mel-0.png: ours" in run("inspect", image, "--model", tmp_path / "elsewhere").stdout


@pytest.mark.parametrize(("name", "told"), [("judge", "is a classifier, not a generator"), ("none", "none")])
def test_a_model_that_is_no_generator_is_refused(refused, sampled, own_models, name, told):
    cause, _ = refused("inspect", sampled / "mel-0.png", "--model", own_models / name)
    assert told in cause


def test_what_a_record_says_cannot_write_on_the_terminal(run, sampled):
    path = sampled / "mel-0.png"
    record = (read_provenance(path.read_bytes()) or {}) | {"diagnosis": "\x1b[2J\x9b\ud800" + "x" * 9_000}
    for changes in ({}, {"model_sha256": "\x1b[31m"}):
        path.write_bytes(encode_png(read(path), {RECORD_KEY: json.dumps(record | changes)}))
        result = run("inspect", path)
        assert result.exit_code == 0, result.output
        assert "\x1b" not in result.stdout
        assert "\x9b" not in result.stdout
        assert max(map(len, result.stdout.splitlines())) < 400
        plain = run("inspect", "--json", path).stdout
        assert plain.isascii()
        assert json.loads(plain)["files"][0]["record"] == record | changes


def test_a_file_larger_than_any_of_ours_is_not_read(run, sampled, monkeypatch):
    monkeypatch.setattr(animation, "MAX_BYTES", 100)
    result = run("inspect", sampled / "mel-0.png")
    assert result.exit_code == 2
    assert "No file of ours is so large." in result.stderr


def test_a_folder_without_images_is_refused(refused, own_models, tmp_path):
    (tmp_path / "empty" / "inner").mkdir(parents=True)
    cause, _ = refused("inspect", tmp_path / "empty")
    assert "holds no image" in cause


def test_a_picture_from_elsewhere_is_not_ours(run, own_models, tmp_path):
    (tmp_path / "shirt.png").write_bytes(encode_png(np.full((30, 41, 3), 120, np.uint8)))
    result = run("inspect", tmp_path / "shirt.png")
    assert result.exit_code == 0
    assert "shirt.png: not ours" in result.stdout
    assert "recorded" not in result.stdout
