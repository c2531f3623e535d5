from __future__ import annotations

import threading
from pathlib import Path

import pytest

from lesionlab.core.errors import DataError
from lesionlab.records.ledger import LoggedOpening, Opening, append, read_ledger

SPLIT = "4a" * 32
FIRST = Opening("2026-01-02T03:04:05+00:00", SPLIT, 'a "first" look, with a comma')
SECOND = Opening("2026-01-03T03:04:05+00:00", SPLIT, "another")


def test_openings_come_back_in_order(tmp_path: Path) -> None:
    ledger = tmp_path / "new" / "ledger.csv"
    for opening in (FIRST, SECOND):
        append(ledger, opening).check(SPLIT)
    assert read_ledger(ledger) == [FIRST, SECOND]
    assert ledger.read_bytes().startswith(b"opened_at,split_sha256,purpose\n2026-01-02")


def test_openings_at_once_lose_no_line_and_share_one_head(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.csv"

    def open_ten(who: int) -> None:
        for number in range(10):
            append(ledger, Opening(FIRST.opened_at, SPLIT, f"{who} {number}"))

    threads = [threading.Thread(target=open_ten, args=(who,)) for who in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = sorted(f"{who} {number}" for who in range(8) for number in range(10))
    assert sorted(opening.purpose for opening in read_ledger(ledger)) == expected


def test_a_line_cut_by_a_crash_stays_apart_from_the_next(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.csv"
    append(ledger, FIRST)
    ledger.write_bytes(ledger.read_bytes().rstrip(b"\n"))
    append(ledger, SECOND)
    assert read_ledger(ledger) == [FIRST, SECOND]


@pytest.mark.parametrize("content", [b"# notes\nmine\n", b"opened_at,split_sha256,purpose\none,two\n", b"\xff\xfe\x00"])
def test_another_file_is_no_ledger(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "notes").write_bytes(content)
    with pytest.raises(DataError, match="is no ledger of test openings"):
        read_ledger(tmp_path / "notes")


def test_nothing_is_appended_to_another_file(tmp_path: Path) -> None:
    (tmp_path / "notes").write_bytes(b"mine\n")
    with pytest.raises(DataError, match="is no ledger"):
        append(tmp_path / "notes", FIRST)
    assert (tmp_path / "notes").read_bytes() == b"mine\n"


def test_an_opening_counts_only_where_it_is_written(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.csv"
    append(ledger, FIRST)
    with pytest.raises(DataError, match="holds no line about this opening"):
        LoggedOpening(SECOND, ledger).check(SPLIT)
    with pytest.raises(DataError, match="cannot be read"):
        LoggedOpening(FIRST, tmp_path / "none.csv").check(SPLIT)
    with pytest.raises(DataError, match="is of split 4a4a4a4a4a4a, the data has bbbbbbbbbbbb"):
        LoggedOpening(FIRST, ledger).check("bb" * 32)
