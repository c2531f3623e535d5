from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.seeds import MAX_SEED
from lesionlab.inference import walk as walk_module
from lesionlab.inference.animation import decode_animation
from lesionlab.inference.provenance import read_provenance
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sampler import Sampler
from lesionlab.inference.walk import Walk, walk_from


def _walk(path: Path) -> Walk:
    record = read_provenance(path.read_bytes())
    assert record is not None
    return walk_from(record["walk"])


@pytest.mark.parametrize("name", ["w.webp", "w.gif", "W.WEBP"])
def test_the_walk_asked_for_lies_in_the_file(run, own_models, tmp_path, name):
    out = tmp_path / "new" / name
    numbers = ("--frames", 3, "--fps", 25, "--zoom", 2, "--truncation", 1.5)
    result = run("gan", "walk", "mel:7", "nv", "--model", "painter", "--seed", 3, *numbers, "--out", out)
    assert result.exit_code == 0, result.output
    assert f"A walk of 6 synthetic frames lies in {out}" in result.stdout
    assert "CC0 1.0. Research and teaching only." in result.stdout
    assert f"next: lesionlab inspect {out}" in result.stdout
    assert _walk(out) == Walk((Recipe(7, "mel", 1.5), Recipe(3, "nv", 1.5)), 3, True, 40, 2)
    assert [path.name for path in out.parent.iterdir()] == [name]


def test_each_pixel_is_that_of_the_recipe(run, own_models, tmp_path):
    out = tmp_path / "w.webp"
    run("gan", "walk", "mel:7", "nv:8", "--model", "painter", "--frames", 2, "--zoom", 3, "--once", "--out", out)
    frames = decode_animation(out.read_bytes())
    stops = Sampler(own_models / "painter").sample([Recipe(7, "mel"), Recipe(8, "nv")])
    assert len(frames) == 3
    np.testing.assert_array_equal([frames[0][::3, ::3], frames[2][1::3, 2::3]], stops)


def test_without_stops_it_visits_every_diagnosis_and_gets_a_file_of_its_own(run, own_models, home):
    for _ in range(2):
        assert run("gan", "walk", "--model", "painter", "--seed", 4, "--frames", 1, "--zoom", 1).exit_code == 0
    paths = sorted((home / "samples").iterdir())
    assert [path.name for path in paths] == ["walk-00000.webp", "walk-00001.webp"]
    assert _walk(paths[0]).stops == tuple(Recipe(4, code) for code in HAM10000_CODES)


@pytest.mark.parametrize(
    ("arguments", "cause", "cure"),
    [
        (["mel:7"], "two stops", "mel:7 nv:7"),
        (["mel:7", "mel:7"], "neighbouring stops", "differ"),
        (["mel", "mel"], "neighbouring stops", "differ"),
        (["mel:1", "nv:2", "mel:1"], "neighbouring stops", "a loop leads back"),
        (["mel:1", "nv:"], "'nv:' is no stop.", "mel:7"),
        (["mel:1", "nv:1.5"], "'nv:1.5' is no stop.", "mel:7"),
        (["mel:1", "nv:\u0663"], "is no stop.", "mel:7"),
        (["mel:1", "nv:" + "1" * 5000], "is no stop.", "mel:7"),
        (["mel:1", "nv:-2"], "Seed -2 is outside", "whole number"),
        (["mel:1", f"nv:{MAX_SEED + 1}"], f"Seed {MAX_SEED + 1} is outside", "whole number"),
        (["mel:1", "nw:2"], "Unknown diagnosis 'nw'", "Did you mean 'nv'?"),
        (["mel:1", ":2"], "Unknown diagnosis ''", "Known: akiec"),
        (["mel:1", "nv:2", "--truncation", "0"], "Truncation 0 is outside 0.1..10", "such as 1.5"),
        (["mel:1", "nv:2", "--frames", "0"], "Frames per leg 0", "in this range"),
        (["mel:1", "nv:2", "--frames", "1500"], "Frames in all 3,000", "in this range"),
        (["mel:1", "nv:2", "--zoom", "9"], "Zoom 9 is outside 1..8", "in this range"),
        (["mel:1", "nv:2", "--fps", "60"], "--fps", "--help"),
        (["mel:1", "nv:2", "--model", "judge"], "is a classifier", "painter"),
        (["mel:1", "nv:2", "--out", "walk.mp4"], "walk.mp4", "ends in .webp or .gif"),
        (["mel:1", "nv:2", "--out", "walk"], "cannot be written as walk", "ends in .webp or .gif"),
    ],
)
def test_a_bad_choice_is_refused_and_nothing_is_written(refused, own_models, home, arguments, cause, cure):
    model = () if "--model" in arguments else ("--model", "painter")
    told, next_step = refused("gan", "walk", *arguments, *model)
    assert cause in told
    assert cure in next_step
    assert not (home / "samples").exists()


def test_more_pixels_than_memory_should_hold_are_refused_before_the_first_frame(refused, own_models, monkeypatch):
    monkeypatch.setattr(walk_module, "MAX_PIXELS", 48 * 64**2 - 1)
    monkeypatch.setattr(Sampler, "sample", None)
    cause, cure = refused("gan", "walk", "mel:1", "nv:2", "--model", "painter")
    assert "196,608 pixels in all" in cause
    assert "--zoom" in cure


def test_a_file_that_is_there_is_left_as_it_is(refused, own_models, tmp_path):
    out = tmp_path / "mine.gif"
    out.write_text("mine")
    cause, cure = refused("gan", "walk", "mel:1", "nv:2", "--model", "painter", "--out", out)
    assert "is there already" in cause
    assert "nothing was touched" in cure
    assert out.read_text() == "mine"
