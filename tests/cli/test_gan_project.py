from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lesionlab.core.errors import DataError
from lesionlab.core.imaging import read, square
from lesionlab.core.synthetic_mark import says_synthetic
from lesionlab.data.procedural import procedural_lesion
from lesionlab.data.synthetic_set import SyntheticSet
from lesionlab.inference.provenance import read_provenance, recipes_in
from lesionlab.inference.recipe import KeptLatent
from lesionlab.inference.sampler import Sampler

QUICK = ("--model", "painter", "--steps", "8")


@pytest.fixture
def images(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "wide.jpg", tmp_path / "square.png"]
    Image.fromarray(procedural_lesion("mel", 1, 60)[10:50]).save(paths[0], quality=95)
    Image.fromarray(procedural_lesion("nv", 2, 16)).save(paths[1])
    return paths


def table_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "projections.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_image_gets_a_projection_that_can_be_made_again(run, own_models, images, tmp_path):
    folder = tmp_path / "out"
    result = run("gan", "project", *images, *QUICK, "--out", folder)
    assert result.exit_code == 0, result.output
    sampler = Sampler(own_models / "painter")
    pairs = read(folder / "pairs.png")
    assert pairs.shape == (2 * 18 + 2, 2 * 18 + 2, 3)
    for number, (row, path) in enumerate(zip(table_of(folder), images, strict=True)):
        content = (folder / row["file"]).read_bytes()
        (recipe,) = recipes_in(read_provenance(content))
        assert isinstance(recipe, KeptLatent)
        assert recipe.diagnosis == row["diagnosis"]
        made, given = sampler.sample([recipe])[0], square(read(path), 16)
        assert np.array_equal(made, read(folder / row["file"]))
        top = 2 + number * 18
        assert np.array_equal(pairs[top : top + 16, 2:18], given)
        assert np.array_equal(pairs[top : top + 16, 20:36], made)
        error = float(row["error"])
        assert error == pytest.approx(np.sqrt(np.mean((made.astype(float) - given) ** 2)) / 255, abs=1e-5)
        assert error < float(row["nearest_seed_error"])
        assert row["seeds"] == "700"
        assert f"{path}: {error:.1%} off, as {recipe.diagnosis} (nearest of 700 seeds" in result.stdout
    again = run("inspect", folder / "projection-000.png")
    assert "ours" in again.stdout
    assert "every pixel is the same" in again.stdout


def test_one_diagnosis_is_kept_to_and_the_same_call_gives_the_same_files(run, own_models, images, tmp_path):
    for name in ("one", "two"):
        result = run("gan", "project", images[0], *QUICK, "--diagnosis", "vasc", "--out", tmp_path / name)
        assert result.exit_code == 0, result.output
    (row,) = table_of(tmp_path / "one")
    assert (row["diagnosis"], row["seeds"]) == ("vasc", "100")
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_pairs_and_projections_are_marked_and_never_taken_for_data(run, own_models, images, home):
    assert run("gan", "project", images[0], *QUICK, "--diagnosis", "mel").exit_code == 0
    assert run("gan", "project", images[0], *QUICK, "--diagnosis", "mel").exit_code == 0
    first, second = sorted((home / "samples").iterdir())
    assert (first.name, second.name) == ("projected-00000", "projected-00001")
    for name in ("pairs.png", "projection-000.png"):
        assert says_synthetic((first / name).read_bytes())
    assert b"compositeWithTrainedAlgorithmicMedia" in (first / "pairs.png").read_bytes()
    assert b"shows no patient" not in (first / "projection-000.png").read_bytes()
    with pytest.raises(DataError, match="manifest"):
        SyntheticSet.open(first)


def test_a_bad_file_stops_none_of_the_others(run, own_models, images, tmp_path):
    (tmp_path / "text.jpg").write_text("no image")
    result = run(
        *("gan", "project", tmp_path / "text.jpg", tmp_path / "absent.png", images[1], *QUICK),
        *("--diagnosis", "nv", "--out", tmp_path / "out"),
    )
    assert result.exit_code == 2
    assert f"error: {tmp_path / 'text.jpg'}: The file is not an image" in result.stderr
    assert f"error: {tmp_path / 'absent.png'}: No such file" in result.stderr
    assert [row["image"] for row in table_of(tmp_path / "out")] == [str(images[1])]


def test_with_no_readable_image_nothing_is_written(refused, own_models, tmp_path, home):
    (tmp_path / "empty.png").write_bytes(b"")
    cause, _ = refused("gan", "project", tmp_path / "empty.png", *QUICK)
    assert "The file is empty (0 bytes)" in cause
    assert not (home / "samples").exists()


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (["--diagnosis", "melanom"], "Unknown diagnosis 'melanom'"),
        (["--model", "judge"], "is a classifier, not a generator"),
        (["--model", "nobody"], "There is no generator 'nobody'"),
        (["--steps", "0"], "--steps"),
        (["--out", "{file}"], "is a file."),
        (["--out", "{full}"], "is not empty."),
    ],
)
def test_bad_choice_is_refused_and_nothing_is_written(refused, own_models, images, tmp_path, home, arguments, cause):
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").touch()
    words = [word.format(file=images[0], full=full) for word in arguments]
    told, _ = refused("gan", "project", images[0], *QUICK, *words)
    assert cause in told
    assert not (home / "samples").exists()
    assert [path.name for path in full.iterdir()] == ["mine.txt"]


def test_a_folder_without_images_is_refused(refused, own_models, tmp_path):
    (tmp_path / "nothing").mkdir()
    cause, _ = refused("gan", "project", tmp_path / "nothing", *QUICK)
    assert "holds no image" in cause


def test_without_torch_it_says_what_to_install(refused, own_models, images, monkeypatch):
    for name in [name for name in sys.modules if name.startswith(("lesionlab.training", "lesionlab.models"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    cause, cure = refused("gan", "project", images[0], *QUICK)
    assert "needs 'torch', which is not installed" in cause
    assert 'pip install "lesionlab[train]"' in cure
