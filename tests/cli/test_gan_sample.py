from __future__ import annotations

import csv
import hashlib
import tarfile
from pathlib import Path

import numpy as np
import pytest

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.imaging import read
from lesionlab.core.seeds import MAX_SEED
from lesionlab.evaluation.reference import held_out_part, learned_part, make_reference
from lesionlab.inference import filters, sample_files
from lesionlab.inference.extractor import FeatureExtractor
from lesionlab.inference.novelty import Novelty
from lesionlab.inference.predictor import Predictor
from lesionlab.inference.provenance import read_provenance
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.reference import write_reference
from lesionlab.inference.sampler import Sampler
from lesionlab.records.card import read_card
from lesionlab.records.seen_groups import read_seen_groups


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _manifest(folder: Path) -> list[dict[str, str]]:
    return _table(folder / "manifest.csv")


def _favoured(models: Path) -> tuple[str, list[float]]:
    """Return the diagnosis that the classifier sees most in these images, and its probability by seed."""
    sampler, predictor = Sampler(models / "painter"), Predictor(models / "judge")
    found = {}
    for label, code in enumerate(sampler.card.classes):
        images = sampler.sample([Recipe(seed, code) for seed in range(16)])
        found[code] = [float(each.probabilities[label]) for each in predictor.predict(list(images))]
    code = max(found, key=lambda code: max(found[code]))
    return code, found[code]


def test_folder_holds_what_its_manifest_says(run, own_models, tmp_path):
    out = tmp_path / "out"
    result = run("gan", "sample", "--model", "painter", "--count", 3, "--seed", 98, "--out", out)
    assert result.exit_code == 0, result.output
    assert f"21 synthetic images and manifest.csv lie in {out}" in result.stdout
    assert "Not a diagnosis." in result.stdout
    rows = _manifest(out)
    assert {row["file"] for row in rows} | {"manifest.csv", "sampling.json"} == {path.name for path in out.iterdir()}
    assert [row["diagnosis"] for row in rows] == list(HAM10000_CODES) * 3
    assert [row["seed"] for row in rows[::7]] == ["98", "99", "100"]
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


def test_counts_by_diagnosis_and_truncation(run, own_models, tmp_path):
    out = tmp_path / "out"
    counts = ("--count", "mel=3", "--count", "nv=1")
    assert run("gan", "sample", "--model", "painter", *counts, "--truncation", 0.5, "--out", out).exit_code == 0
    assert [row["truncation"] for row in _manifest(out)] == ["0.5"] * 4
    assert {path.stem for path in out.glob("*.png")} == {"mel-0", "mel-1", "mel-2", "nv-0"}
    (expected,) = Sampler(own_models / "painter").sample([Recipe(2, "mel", 0.5)])
    assert np.array_equal(read(out / "mel-2.png"), expected)


def test_shards_hold_the_same_files_as_a_folder(run, own_models, tmp_path):
    asked = ("gan", "sample", "--model", "painter", "--count", 2)
    assert run(*asked, "--out", tmp_path / "files").exit_code == 0
    result = run(*asked, "--out", tmp_path / "shards", "--shards", 5)
    assert result.exit_code == 0, result.output
    assert "gan publish" in result.stdout
    assert [row["shard"] for row in _manifest(tmp_path / "shards")] == [
        f"images-{number:06d}.tar" for number in [0] * 5 + [1] * 5 + [2] * 4
    ]
    inside: dict[str, bytes] = {}
    for path in sorted((tmp_path / "shards").glob("*.tar")):
        with tarfile.open(path) as tar:
            inside |= {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]
    assert len(inside) == 28
    for path in (tmp_path / "files").glob("*.png"):
        assert inside[path.name] == path.read_bytes()
        assert path.with_suffix(".json").name in inside


def test_what_the_classifier_does_not_agree_with_is_withheld_and_told(run, own_models, tmp_path):
    code, scores = _favoured(own_models)
    limit, out = float(np.quantile(scores, 0.3)), tmp_path / "out"
    asked = ("gan", "sample", "--model", "painter", "--classifier", "judge", "--count", f"{code}=8", "--out", out)
    result = run(*asked, "--agreement", limit)
    assert result.exit_code == 0, result.output
    withheld, kept = _table(out / "withheld.csv"), _manifest(out)
    agreed = [seed for seed, score in enumerate(scores) if score >= limit][:8]
    assert [int(row["seed"]) for row in kept] == agreed
    assert [int(row["seed"]) for row in withheld] == [seed for seed in range(agreed[-1]) if seed not in agreed]
    assert float(kept[0]["agreement"]) == pytest.approx(scores[agreed[0]], abs=1e-6)
    told = f"Asked for 8, made {agreed[-1] + 1}, withheld {len(withheld)}: {len(withheld)} not agreed."
    assert told in result.stdout


def test_the_limit_of_agreement_comes_from_validation_and_says_so(run, own_models, tiny_set, tmp_path, monkeypatch):
    monkeypatch.setattr(filters, "SURE_AS", 0.0)  # so tiny a classifier is surer of real images than of any other
    code, _ = _favoured(own_models)
    asked = ("gan", "sample", "--model", "painter", "--classifier", "judge", "--count", f"{code}=1", "--tries", 300)
    result = run(*asked, "--agreement", "validation", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert f"from {len(tiny_set.part('validation').labels)} real validation images" in result.stdout
    history = (tmp_path / "out" / "history.json").read_text()
    assert '"threshold"' in history
    assert tiny_set.split.sha256 in history


def test_what_counts_as_a_copy_is_withheld_and_told(
    run, refused, own_models, tiny_set, tiny_extractor, tmp_path, monkeypatch
):
    asked = ("gan", "sample", "--model", "painter", "--novelty", "--extractor", tiny_extractor)
    cause, cure = refused(*asked)
    assert "holds no reference.npz" in cause
    assert "lesionlab gan reference" in cure
    painter, spaces = own_models / "painter", [FeatureExtractor(tiny_extractor)]
    seen = read_seen_groups(painter, read_card(painter))
    parts = learned_part(tiny_set, seen), held_out_part(tiny_set, seen)
    write_reference(painter, make_reference(*parts, read_card(painter).groups_sha256, 16, spaces))
    novelty = Novelty(painter, spaces)
    scores = novelty.ratios(Sampler(painter).sample([Recipe(seed, "mel") for seed in range(12)])).round(6).tolist()
    limit = sorted(scores)[5]
    monkeypatch.setattr(Novelty, "limit", limit)
    result = run(*asked, "--count", "mel=7", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    kept = {int(row["seed"]): float(row["novelty"]) for row in _manifest(tmp_path / "out")}
    assert kept == {seed: score for seed, score in enumerate(scores) if score >= limit}
    withheld = max(kept) + 1 - len(kept)
    assert f"Asked for 7, made {max(kept) + 1}, withheld {withheld}: {withheld} copies." in result.stdout
    assert {row["withheld"] for row in _table(tmp_path / "out" / "withheld.csv")} == {"novelty"}


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
    assert [pair[0] for pair in record["recipes"][: shape[1]]] == list(range(shape[1]))
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
        (["--count", "0"], "--count 0 is outside 1..1,000,000.", "1,000,000"),
        (["--count", "melanoma=5"], "Unknown diagnosis 'melanoma'", "mel"),
        (["--truncation", "0"], "Truncation 0 is outside 0.1..10", "leave it out"),
        (["--shards", "0"], "--shards 0 is below 1", "1000"),
        (["--agreement", "high"], "--agreement high is no probability", "validation"),
        (["--agreement", "1.5", "--classifier", "judge"], "Agreement 1.5 is outside 0..1", "0.5"),
        (["--agreement", "validation", "--classifier", "judge"], "No prepared data set is called 'tiny'", "prepare"),
        (["--tries", "0"], "--tries", "--help"),
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
    pairs = dict(zip(arguments[::2], arguments[1::2], strict=True))
    asked = {"--model": "painter"} | pairs
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


def test_the_same_command_goes_on_after_ctrl_c_without_naming_the_folder(run, own_models, home, monkeypatch):
    asked = ("gan", "sample", "--model", "painter", "--diagnosis", "mel", "--count", 40)
    seen = sample_files.tried_from

    def stop_at_the_thirtieth(made, *others):
        if made.recipe.seed == 30:
            raise KeyboardInterrupt
        return seen(made, *others)

    with monkeypatch.context() as patch:
        patch.setattr(sample_files, "tried_from", stop_at_the_thirtieth)
        stopped = run(*asked)
    assert stopped.exit_code == 130
    (folder,) = (home / "samples").iterdir()
    assert "the same command goes on" in stopped.stderr
    assert len(list(folder.glob("*.png"))) == 30
    assert not (folder / "manifest.csv").exists()
    assert run(*asked).exit_code == 0
    assert [path.name for path in (home / "samples").iterdir()] == [folder.name]
    assert len(_manifest(folder)) == 40


def test_a_whole_set_is_left_as_it_is_and_another_plan_is_refused(run, refused, own_models, tmp_path):
    asked = ("gan", "sample", "--model", "painter", "--diagnosis", "mel", "--out", tmp_path / "out")
    assert run(*asked, "--count", 2).exit_code == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    again = run(*asked, "--count", 2)
    assert again.exit_code == 0
    assert "nothing was left to do" in again.stdout
    cause, cure = refused(*asked, "--count", 3)
    assert "was begun with other options: counts" in cause
    assert "sampling.json" in cure
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


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
