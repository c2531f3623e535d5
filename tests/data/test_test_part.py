from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lesionlab.core.errors import DataError
from lesionlab.data.prepared import PreparedData
from lesionlab.data.test_part import open_test_part


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
