from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lesionlab.core.errors import DataError
from lesionlab.core.resources import splits_folder
from lesionlab.data.folds import fold_split, make_folds
from lesionlab.data.prepared import PreparedData
from lesionlab.data.test_part import open_test_part
from lesionlab.records.ledger import LoggedOpening, Opening, read_ledger
from lesionlab.records.split import read_split


def test_each_opening_is_logged_with_time_split_and_purpose(tiny_data: PreparedData, tmp_path: Path) -> None:
    ledger = tmp_path / "records" / "ledger.csv"
    part = open_test_part(tiny_data, ledger, "first release, evaluation")
    open_test_part(tiny_data, ledger, 'again, "quoted"')
    with ledger.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["purpose"] for row in rows] == ["first release, evaluation", 'again, "quoted"']
    assert {row["split_sha256"] for row in rows} == {tiny_data.split.sha256}
    assert datetime.now(UTC) - datetime.fromisoformat(rows[0]["opened_at"]) < timedelta(minutes=1)
    assert part.name == "test"
    assert set(part.image_ids) == {row.image_id for row in tiny_data.split.rows if row.part == "test"}


def test_no_purpose_no_test_part(tiny_data: PreparedData, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="without a purpose"):
        open_test_part(tiny_data, tmp_path / "ledger.csv", "  ")
    assert not (tmp_path / "ledger.csv").exists()


def test_no_ledger_no_test_part(tiny_data: PreparedData, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be written"):
        open_test_part(tiny_data, tmp_path, "the ledger is a folder")


def test_nobody_else_gets_the_test_part_by_making_up_an_opening(tiny_data: PreparedData, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.csv"
    open_test_part(tiny_data, ledger, "the first look")
    made_up = Opening("2026-01-02T03:04:05+00:00", tiny_data.split.sha256, "never written down")
    with pytest.raises(DataError, match="holds no line about this opening"):
        tiny_data.take_logged_part("test", LoggedOpening(made_up, ledger))


def test_a_part_without_images_is_not_opened_and_not_logged(tiny_data: PreparedData, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no image in the external part"):
        open_test_part(tiny_data, tmp_path / "ledger.csv", "a look", "external")
    assert not (tmp_path / "ledger.csv").exists()


def test_the_committed_ledger_is_whole_and_of_known_splits() -> None:
    openings = read_ledger(splits_folder() / "test-openings.csv")
    release = read_split(splits_folder() / "ham10000-release.csv")
    plan = make_folds(release, 5, seed=0)
    known = {release.sha256, *(fold_split(release, plan, fold).sha256 for fold in range(plan.folds))}
    assert openings
    told = (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")  # earlier release splits
    assert [o for o in openings if o.split_sha256 not in known and o.split_sha256 not in told] == []
    times = [datetime.fromisoformat(opening.opened_at) for opening in openings]
    assert times == sorted(times)
    assert all(opening.purpose.strip() for opening in openings)
