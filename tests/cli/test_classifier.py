from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.home import cache_folder
from lesionlab.core.imaging import encode_webp, read
from lesionlab.core.png import encode_png
from lesionlab.data.prepared import open_prepared
from lesionlab.data.procedural import procedural_lesion
from lesionlab.inference.predictor import Predictor
from lesionlab.records.split import Split, write_split


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    """A folder with two drawn lesions, and a file that is none of them."""
    folder = tmp_path / "photographs"
    folder.mkdir()
    (folder / "a.png").write_bytes(encode_png(procedural_lesion("mel", 3, 64)))
    (folder / "b.webp").write_bytes(encode_webp(procedural_lesion("nv", 4, 48)))
    (folder / "notes.txt").write_text("not an image, and not asked for")
    return folder


def test_bars_decision_and_notice_are_printed(run, own_models, photographs):
    result = run("classifier", "predict", photographs / "a.png", "--model", "judge")
    assert result.exit_code == 0, result.output
    (expected,) = Predictor(own_models / "judge").predict([read(photographs / "a.png")])
    lines = result.stdout.splitlines()
    assert lines[0] == str(photographs / "a.png")
    assert len([line for line in lines if line.endswith("%")]) == 7
    assert f"{expected.probabilities.max():.1%}" in lines[1]
    assert "decision: " in result.stdout
    assert lines[-1] == "Research and teaching only. Not a medical device. Not a diagnosis."


def test_folder_is_taken_and_only_its_images(run, own_models, photographs):
    result = run("classifier", "predict", photographs, "--model", "judge")
    assert result.exit_code == 0
    assert result.stdout.count("decision: ") == 2
    assert "notes.txt" not in result.output


def test_json_holds_everything(run, own_models, photographs):
    result = run("classifier", "predict", photographs, "--model", "judge", "--json")
    answer = json.loads(result.stdout)
    assert "Not a diagnosis." in answer["notice"]
    assert answer["model"]["sha256"] == Predictor(own_models / "judge").card.weights_sha256
    assert answer["names"]["mel"] == "Melanoma"
    for image in answer["images"]:
        assert list(image["probabilities"]) == list(HAM10000_CODES)
        assert abs(sum(image["probabilities"].values()) - 1) < 1e-5
        assert image["decision"] == max(image["probabilities"], key=image["probabilities"].get)
        assert image["provenance"] is None


def test_synthetic_image_is_called_so(run, own_models, tmp_path):
    out = tmp_path / "out"
    run("gan", "sample", "--model", "painter", "--diagnosis", "bcc", "--count", 2, "--out", out, "--sheet")
    result = run("classifier", "predict", out, "--model", "judge")
    assert result.stdout.count("a synthetic image, made as 'bcc'") == 2
    assert "sheet.png" not in result.stdout
    answer = json.loads(run("classifier", "predict", out, "--model", "judge", "--json").stdout)
    assert answer["images"][1]["provenance"]["seed"] == 1


def test_bad_files_stop_none_of_the_others(run, own_models, photographs):
    (photographs / "empty.jpg").write_bytes(b"")
    (photographs / "cut.png").write_bytes((photographs / "a.png").read_bytes()[:400])
    (photographs / "words.jpg").write_text("words")
    result = run("classifier", "predict", photographs, photographs / "gone.png", "--model", "judge")
    assert result.exit_code == 2
    assert result.stdout.count("decision: ") == 2
    errors = result.stderr.splitlines()
    assert [line.startswith("error: ") for line in errors] == [True, False] * 4
    for name, cause in {
        "cut.png": "damaged",
        "empty.jpg": "empty (0 bytes)",
        "words.jpg": "not an image",
        "gone.png": "No such file",
    }.items():
        assert [line for line in errors if name in line and cause in line], name
    assert all(line.startswith("  next: ") for line in errors[1::2])
    assert "Traceback" not in result.output


def test_bad_file_in_json_carries_cause_and_cure(run, own_models, photographs):
    (photographs / "empty.jpg").write_bytes(b"")
    result = run("classifier", "predict", photographs, "--model", "judge", "--json")
    assert result.exit_code == 2
    failed = [image for image in json.loads(result.stdout)["images"] if "error" in image]
    assert [Path(image["file"]).name for image in failed] == ["empty.jpg"]
    assert failed[0]["error"]["cure"]


@pytest.mark.parametrize("name", ["answers.csv", "answers.parquet"])
def test_table_holds_what_the_answers_say_and_lists_bad_files(run, own_models, photographs, tmp_path, name):
    (photographs / "inner").mkdir()
    (photographs / "inner" / "cut.png").write_bytes((photographs / "a.png").read_bytes()[:400])
    answers = json.loads(run("classifier", "predict", photographs, "--model", "judge", "--json").stdout)["images"]
    result = run("classifier", "predict", photographs, "--model", "judge", "--out", tmp_path / name)
    assert result.exit_code == 2
    assert [line.startswith("error: ") for line in result.stderr.splitlines()].count(True) == 1
    assert f"Table: {tmp_path / name} (3 files; 1 could not be classified, see the column 'error')" in result.stdout
    assert "Not a diagnosis." in result.stdout
    rows = table_rows(tmp_path / name)
    assert [row["file"] for row in rows] == [answer["file"] for answer in answers]
    for row, answer in zip(rows, answers, strict=True):
        assert (row["error"] or "") == answer.get("error", {"cause": ""})["cause"]
        assert (row["decision"] or None) == answer.get("decision")
        for code, share in answer.get("probabilities", {}).items():
            assert abs(float(row[f"p_{code}"]) - share) < 2e-6


def table_rows(path: Path) -> list[dict[str, str]]:
    if path.suffix == ".csv":
        return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    return parquet.read_table(path).to_pylist()


def test_the_same_command_goes_on_with_a_table(run, own_models, photographs, tmp_path):
    asked = ("classifier", "predict", photographs, "--model", "judge", "--out", tmp_path / "answers.csv")
    assert run(*asked).exit_code == 0
    before = (tmp_path / "answers.csv").read_bytes()
    assert "2 of 2 files have their rows already." in run(*asked).stderr
    assert (tmp_path / "answers.csv").read_bytes() == before
    (photographs / "c.png").write_bytes((photographs / "a.png").read_bytes())
    result = run(*asked)
    assert "2 of 3 files have their rows already." in result.stderr
    assert [Path(row["file"]).name for row in table_rows(tmp_path / "answers.csv")] == ["a.png", "b.webp", "c.png"]


def test_a_table_of_another_model_is_refused(run, refused, own_models, photographs, tmp_path):
    asked = ("classifier", "predict", photographs, "--model", "judge", "--out", tmp_path / "answers.csv")
    run(*asked)
    _change_card(own_models / "judge", "temperature", 2.0)
    cause, cure = refused(*asked)
    assert "was begun with another card sha256" in cause
    assert "nothing was touched" in cure


def test_bfloat16_gives_nearly_the_same_where_the_processor_has_it(run, own_models, photographs):
    asked = ("classifier", "predict", photographs, "--model", "judge", "--json")
    exact, fast = (json.loads(run(*asked, *more).stdout)["images"] for more in ([], ["--bf16"]))
    for one, other in zip(exact, fast, strict=True):
        for code, share in one["probabilities"].items():
            assert abs(share - other["probabilities"][code]) < 0.05


def test_map_is_written_over_the_image(run, own_models, photographs, tmp_path):
    out = tmp_path / "map.png"
    result = run("classifier", "predict", photographs / "a.png", "--model", "judge", "--map", out)
    assert result.exit_code == 0
    assert read(out).shape == (512, 512, 3)
    assert f"Map: {out}" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (["a.png", "b.webp", "--map", "m.png"], "--map is for one image, and 2 were given."),
        (["a.png", "--map", "m.jpg"], "cannot be written to"),
        (["a.png", "--map", "a.png"], "cannot be written to"),
        (["a.png", "--out", "t.csv", "--json"], "--out excludes --json and --map"),
        (["a.png", "--out", "t.csv", "--map", "m.png"], "--out excludes --json and --map"),
        (["a.png", "--out", "t.xlsx"], "table cannot be written to t.xlsx"),
        (["a.png", "--model", "painter"], "is a generator, not a classifier"),
        (["a.png", "--model", "jugde"], "no classifier 'jugde'"),
        (["nothing"], "holds no image"),
    ],
)
def test_bad_choice_is_refused(refused, own_models, photographs, monkeypatch, arguments, cause):
    monkeypatch.chdir(photographs)
    (photographs / "nothing").mkdir()
    before = (photographs / "a.png").read_bytes()
    told, _ = refused("classifier", "predict", *arguments, *([] if "--model" in arguments else ["--model", "judge"]))
    assert cause in told
    assert (photographs / "a.png").read_bytes() == before
    assert not (photographs / "m.png").exists()


def test_model_cut_in_half_is_refused(refused, own_models, photographs):
    weights = own_models / "judge" / "model.onnx"
    weights.write_bytes(weights.read_bytes()[: weights.stat().st_size // 2])
    cause, _ = refused("classifier", "predict", photographs / "a.png", "--model", "judge")
    assert "SHA-256" in cause


def test_evaluation_is_printed_and_written(run, own_models, tiny_set, tmp_path):
    out, page = tmp_path / "report.json", tmp_path / "report.html"
    result = run("classifier", "evaluate", "--model", "judge", "--data", "tiny", "--out", out, "--html", page)
    assert result.exit_code == 0, result.output
    assert "balanced accuracy" in result.stdout
    report = json.loads(out.read_text())
    assert report["part"] == "validation"
    assert np.sum(report["confusion"]) == report["lesions"]
    assert f"Report: {out}" in result.stdout
    assert "What it takes for what" in page.read_text()
    assert f"Page: {page}" in result.stdout


def test_test_part_opens_for_a_purpose_and_is_written_down(run, own_models, tiny_set, home, tmp_path):
    asked = ("classifier", "evaluate", "--model", "judge", "--data", "tiny", "--part", "test")
    assert run(*asked, "--purpose", "a lesson").exit_code == 0
    assert run(*asked, "--purpose", "another", "--ledger", tmp_path / "mine.csv").exit_code == 0
    assert (home / "test-openings.csv").read_text().count(tiny_set.split.sha256) == 1
    assert "a lesson" in (home / "test-openings.csv").read_text()
    assert "another" in (tmp_path / "mine.csv").read_text()


@pytest.mark.parametrize("purpose", [[], ["--purpose", "  "]])
def test_test_part_stays_closed_without_a_purpose(refused, own_models, tiny_set, home, purpose):
    cause, cure = refused("classifier", "evaluate", "--model", "judge", "--data", "tiny", "--part", "test", *purpose)
    assert "purpose" in cause
    assert "--purpose" in cure
    assert not (home / "test-openings.csv").exists()


def _change_card(folder: Path, key: str, value: object) -> None:
    card = json.loads((folder / "card.json").read_text())
    holder = card["training"] if key in card["training"] else card
    holder[key] = value
    (folder / "card.json").write_text(json.dumps(card))


def test_a_split_that_tests_what_the_model_learned_from_is_a_leak_and_refused(
    refused, own_models, tiny_set, home, tmp_path
):
    split, turned = open_prepared("tiny").split, {"train": "test", "test": "train", "validation": "validation"}
    rows = tuple(replace(row, part=turned[row.part]) for row in split.rows)
    write_split(tmp_path / "turned.csv", Split(rows, split.classes))
    asked = ("classifier", "evaluate", "--model", "judge", "--data", "tiny", "--part", "test", "--purpose", "x")
    cause, cure = refused(*asked, "--split", tmp_path / "turned.csv")
    assert re.search(r"The model has seen (\d+) of the \1 images of the test part", cause)
    assert "--split" in cure
    assert not (home / "test-openings.csv").exists()


def test_other_data_are_measured_with_a_warning(run, own_models, tiny_set):
    _change_card(own_models / "judge", "split_sha256", "0" * 64)
    _change_card(own_models / "judge", "data", "elsewhere")
    result = run("classifier", "evaluate", "--model", "judge", "--data", "tiny")
    assert result.exit_code == 0
    assert "note: the model learned from 'elsewhere'" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (["--data", "nothing"], "No prepared data set is called 'nothing'"),
        (["--part", "train"], "--part"),
        (["--model", "painter"], "is a generator"),
    ],
)
def test_bad_evaluation_is_refused(refused, own_models, tiny_set, arguments, cause):
    asked = {"--model": "judge", "--data": "tiny"} | dict([arguments])
    told, _ = refused("classifier", "evaluate", *(word for pair in asked.items() for word in pair))
    assert cause in told
    assert cache_folder().exists()
