from __future__ import annotations

import csv
import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from lesionlab.core.errors import DataError, ImageError, InputError, MissingPartError
from lesionlab.inference import prediction_parquet
from lesionlab.inference.prediction_rows import TablePlan, file_name, plan_path
from lesionlab.inference.prediction_stream import Answer
from lesionlab.inference.prediction_table import PredictionTable
from lesionlab.inference.predictor import Prediction

PLAN = TablePlan("judge", "a" * 64, "b" * 64, "float32", False, "", ("mel", "nv"))
FORMS = ["t.csv", "t.parquet"]


def answer(name: str, melanoma: float = 0.25, **changes: object) -> Answer:
    shares = np.array([melanoma, 1 - melanoma], np.float32)
    prediction = Prediction(shares, "nv", np.zeros((2, 1, 1), np.float32), np.zeros(3, np.float32), ("nv", "mel"))
    return dataclasses.replace(Answer(Path(name), "c" * 64, prediction), **changes)  # type: ignore[arg-type]


def fill(path: Path, *answers: Answer, plan: TablePlan = PLAN) -> PredictionTable:
    with PredictionTable(path, plan) as table:
        for each in answers:
            table.add(each)
    return table


def rows_of(path: Path) -> list[dict[str, object]]:
    if path.suffix == ".parquet":
        from pyarrow import parquet

        return parquet.read_table(path).to_pylist()
    with path.open(newline="", encoding="utf-8") as file:
        return [
            {k: float(v) if v and k[:2] == "p_" else v or None for k, v in row.items()} for row in csv.DictReader(file)
        ]


@pytest.mark.parametrize("name", FORMS)
def test_a_table_holds_a_row_for_each_file_in_their_order(tmp_path: Path, name: str):
    bad = Answer(Path("z.png"), "d" * 64, error=ImageError("The image is\ndamaged.", "Use another."))
    made = answer("m.png", 0.75, provenance={"synthetic": True, "diagnosis": "mel"})
    table = fill(tmp_path / name, answer("b.png", in_scope=True), bad, made)
    first, failed, synthetic = rows_of(tmp_path / name)
    assert list(first) == list(PLAN.columns)
    assert list(first.values()) == ["b.png", "c" * 64, "yes", "nv", "nv mel", 0.25, 0.75, None, None]
    assert failed["file"] == "z.png"
    assert failed["error"] == "The image is damaged."
    assert (failed["decision"], failed["p_mel"]) == (None, None)
    assert (synthetic["synthetic"], synthetic["in_scope"]) == ("mel", None)
    assert (len(table.done), table.failed) == (3, 1)
    assert sorted(p.name for p in tmp_path.iterdir()) == [name, f"{name}.about.json"]
    assert "Not a diagnosis" in json.loads(plan_path(tmp_path / name).read_text())["notice"]


class Killed(BaseException):
    pass


def fill_and_be_killed(path: Path, *answers: Answer) -> None:
    def killed() -> None:
        with PredictionTable(path, PLAN) as table:
            for each in answers:
                table.add(each)
            raise Killed

    with pytest.raises(Killed):
        killed()


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("cut", [0, 1, 40])
def test_a_killed_table_goes_on_and_half_a_row_never_counts(tmp_path: Path, name: str, cut: int):
    answers = [answer(f"{i}.png", i / 10) for i in range(6)]
    (tmp_path / "whole").mkdir()
    fill(tmp_path / "whole" / name, *answers)
    fill_and_be_killed(tmp_path / name, *answers[:4])
    assert not (tmp_path / name).exists()
    (rows,) = tmp_path.glob(".*.rows")
    rows.write_bytes(rows.read_bytes()[: rows.stat().st_size - cut])
    with PredictionTable(tmp_path / name, PLAN) as table:
        left = table.lacks(each.path for each in answers)
        assert left == [Path(f"{i}.png") for i in range(4 - bool(cut), 6)]
        for path in left:
            table.add(answers[int(path.stem)])
    assert [row["file"] for row in rows_of(tmp_path / name)] == [f"{i}.png" for i in range(6)]
    assert (tmp_path / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


@pytest.mark.parametrize("name", FORMS)
def test_a_whole_table_takes_rows_for_new_files(tmp_path: Path, name: str):
    fill(tmp_path / name, answer("a.png"), answer("b.png"))
    with PredictionTable(tmp_path / name, PLAN) as table:
        assert table.lacks([Path("a.png"), Path("c.png")]) == [Path("c.png")]
        table.add(answer("c.png"))
    assert [row["file"] for row in rows_of(tmp_path / name)] == ["a.png", "b.png", "c.png"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"weights_sha256": "e" * 64}, "weights sha256"),
        ({"precision": "bfloat16"}, "precision"),
        ({"card_sha256": "f"}, "card"),
    ],
)
@pytest.mark.parametrize("whole", [True, False])
def test_answers_of_another_model_or_other_options_do_not_mix(tmp_path: Path, change, told, whole):
    (fill if whole else fill_and_be_killed)(tmp_path / "t.csv", answer("a.png"))
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(InputError, match=told):
        fill(tmp_path / "t.csv", plan=dataclasses.replace(PLAN, **change))
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_file_of_another_s_is_not_touched(tmp_path: Path):
    (tmp_path / "t.csv").write_text("mine")
    with pytest.raises(InputError, match="about"):
        fill(tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text() == "mine"


@pytest.mark.parametrize("name", FORMS)
def test_a_table_that_was_changed_since_is_not_gone_on_with(tmp_path: Path, name: str):
    fill(tmp_path / name, answer("a.png"))
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes().replace(b"a.png", b"a;png\n"))
    before = (tmp_path / name).read_bytes()
    with pytest.raises(DataError):
        fill(tmp_path / name, answer("b.png"))
    assert (tmp_path / name).read_bytes() == before
    assert not list(tmp_path.glob(".*"))


def test_two_do_not_fill_one_table(tmp_path: Path):
    with PredictionTable(tmp_path / "t.csv", PLAN) as table:
        table.add(answer("a.png"))
        with pytest.raises(DataError, match="Another process"):
            fill(tmp_path / "t.csv")


@pytest.mark.parametrize("name", ["t.txt", "t", "folder.csv"])
def test_other_forms_are_refused(tmp_path: Path, name: str):
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match="cannot be written") as caught:
        PredictionTable(tmp_path / name, PLAN)
    assert ".parquet" in caught.value.cure


def test_parquet_without_its_package_says_what_to_install(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(prediction_parquet.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingPartError, match="pyarrow") as caught:
        PredictionTable(tmp_path / "t.parquet", PLAN)
    assert "lesionlab[parquet]" in caught.value.cure
    PredictionTable(tmp_path / "t.csv", PLAN)


def test_names_of_any_bytes_stay_on_their_line(tmp_path: Path):
    strange = [Path("two\nlines.png"), Path('quote",.png'), Path("\udcff.png"), Path("ä.png")]
    fill(tmp_path / "t.csv", *(answer(str(path)) for path in strange))
    with PredictionTable(tmp_path / "t.csv", PLAN) as table:
        assert table.lacks(strange) == []
    assert [row["file"] for row in rows_of(tmp_path / "t.csv")] == [file_name(path) for path in strange]
    assert rows_of(tmp_path / "t.csv")[3]["file"] == "ä.png"
