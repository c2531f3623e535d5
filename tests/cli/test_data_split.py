from __future__ import annotations

import csv

import pytest

from lesionlab.core.home import cache_folder
from lesionlab.core.home import home as home_folder
from lesionlab.records.split import read_split


def test_folds_are_written_counted_and_hashed(run, tiny_set, tmp_path):
    result = run("data", "split", "tiny", "--folds", 3, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        *(f"fold-{n}.csv" for n in range(3)),
        "folds.csv",
    ]
    for fold in range(3):
        split = read_split(tmp_path / "out" / f"fold-{fold}.csv")
        assert f"{tmp_path / 'out' / f'fold-{fold}.csv'}: SHA-256 {split.sha256}" in result.stdout
        counts = [sum((row.part, row.diagnosis) == (part, "mel") for row in split.rows) for part in ("train", "test")]
        (line,) = [line for line in result.stdout.splitlines() if line.startswith("mel ")]
        cell = line.split()[1 + fold].split("/")
        assert [int(cell[0]), int(cell[2])] == counts
    assert "Folds of 84 groups: SHA-256" in result.stdout
    assert f"next: lesionlab gan train --data tiny --split {tmp_path / 'out' / 'fold-0.csv'}" in result.stdout


def test_the_same_again_is_the_same_and_another_is_not_written_over_it(run, refused, tiny_set):
    assert run("data", "split", "tiny", "--folds", 3).exit_code == 0
    folder = home_folder() / "splits" / "tiny-3fold-seed0"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert run("data", "split", "tiny", "--folds", 3).exit_code == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    cause, cure = refused("data", "split", "tiny", "--folds", 3, "--seed", 1, "--out", folder)
    assert "is there and is another split" in cause
    assert "--out" in cure
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_sources_are_held_out_and_what_spans_them_is_said(run, tiny_set, tmp_path):
    path = cache_folder() / "tiny" / "metadata.csv"
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "dataset"])
        writer.writeheader()
        writer.writerows(row | {"dataset": ("a/b", "south")[number % 2]} for number, row in enumerate(rows))
    result = run("data", "split", "tiny", "--leave-out-source", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["without-a_b.csv", "without-south.csv"]
    assert "groups span sources and are tested whole" in result.stdout
    assert {row.part for row in read_split(tmp_path / "out" / "without-south.csv").rows} == {
        "train",
        "validation",
        "test",
    }


@pytest.mark.parametrize("choice", [[], ["--folds", "5", "--leave-out-source"]])
def test_one_kind_of_split_is_asked_for(refused, tiny_set, choice):
    cause, _ = refused("data", "split", "tiny", *choice)
    assert "One of --folds and --leave-out-source is needed." in cause


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (["tiny", "--folds", "1"], "1 folds are not accepted"),
        (["tiny", "--folds", "15"], "Too few lesions for 15 folds"),
        (["tiny", "--leave-out-source"], "name one source only"),
        (["nothing", "--folds", "5"], "No prepared data set is called 'nothing'"),
    ],
)
def test_what_cannot_be_split_is_refused_and_nothing_is_written(refused, tiny_set, arguments, cause):
    told, _ = refused("data", "split", *arguments)
    assert cause in told
    assert not (home_folder() / "splits").exists()
