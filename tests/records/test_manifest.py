from __future__ import annotations

import multiprocessing
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from lesionlab.core.errors import CollectError
from lesionlab.records.collected import ManifestRecord, QueryRecord
from lesionlab.records.manifest import MANIFEST_NAME, open_manifest

QUERY = QueryRecord("isic", "mel", ("CC0-1.0", "CC-BY"), 10, started_at="2026-01-01T00:00:00+00:00")


def record(image_id: str, **values: object) -> ManifestRecord:
    return ManifestRecord("isic", image_id, **values)  # type: ignore[arg-type]


def test_a_record_comes_back_as_it_was_put(tmp_path: Path):
    full = record("Ü 1", state="fetched", sha256="ab", width=3, quality={"blur": 0.5}, details={"age": "40", "sex": ""})
    with open_manifest(tmp_path, create=True) as manifest:
        manifest.put(full)
    with open_manifest(tmp_path / MANIFEST_NAME) as manifest:
        assert manifest.get("isic", "Ü 1") == full
        assert manifest.with_sha256("ab") == [full]
        assert manifest.get("other", "Ü 1") is None


def test_what_was_fetched_stays_when_found_again_and_what_failed_is_tried_again(tmp_path: Path):
    with open_manifest(tmp_path, create=True) as manifest:
        number = manifest.ask(QUERY)
        manifest.put(record("a", state="fetched", sha256="1"))
        manifest.put(record("b", state="failed", reason="cut off"))
        manifest.put(record("c", state="forgotten"))
        states = [manifest.find(number, record(name)).state for name in "abcd"]
        assert states == ["fetched", "wanted", "forgotten", "wanted"]
        assert manifest.counts(number) == {"wanted": 2, "fetched": 1, "failed": 0, "refused": 0, "forgotten": 1}
        assert manifest.counts() == manifest.counts(number)


def test_an_unended_query_keeps_its_number(tmp_path: Path):
    with open_manifest(tmp_path, create=True) as manifest:
        first = manifest.ask(QUERY)
        manifest.tell_available(first, 57_000)
        assert manifest.ask(QUERY) == first
        assert manifest.ask(replace(QUERY, requested=None)) != first
        manifest.end(first, "2026-01-02T00:00:00+00:00")
        assert manifest.ask(QUERY) != first
        assert manifest.queries()[0] == replace(
            QUERY, available=57_000, ended_at="2026-01-02T00:00:00+00:00", number=first
        )


def test_records_are_paged_in_order_and_filtered(tmp_path: Path):
    with open_manifest(tmp_path, create=True) as manifest:
        number = manifest.ask(QUERY)
        for i in range(2_500):
            manifest.put(record(f"{i:05d}", state="fetched" if i % 2 else "wanted"))
        manifest.find(number, record("00001"))
        assert [r.image_id for r in manifest.records()] == [f"{i:05d}" for i in range(2_500)]
        assert sum(1 for _ in manifest.records(state="fetched")) == 1_250
        assert list(manifest.records(source="web")) == []
        assert [r.image_id for r in manifest.records(query=number)] == ["00001"]


def test_changing_what_is_not_there_says_so(tmp_path: Path):
    with open_manifest(tmp_path, create=True) as manifest:
        manifest.put(record("a"))
        assert manifest.change("isic", "a", state="refused", reason="no licence").state == "refused"
        with pytest.raises(CollectError, match="no image 'b'"):
            manifest.change("isic", "b", state="failed")


def test_no_manifest_a_damaged_one_and_another_version_are_told(tmp_path: Path):
    with pytest.raises(CollectError, match="no manifest"), open_manifest(tmp_path):
        pass
    (tmp_path / MANIFEST_NAME).write_bytes(b"no database at all" * 100)
    with pytest.raises(CollectError, match="cannot be used"), open_manifest(tmp_path):
        pass
    (tmp_path / MANIFEST_NAME).unlink()
    with open_manifest(tmp_path, create=True) as manifest:
        manifest._connection.execute("PRAGMA user_version = 99")
    with pytest.raises(CollectError, match="version 99"), open_manifest(tmp_path):
        pass


def _write_for_ever(folder: Path) -> None:
    with open_manifest(folder, create=True) as manifest:
        for i in range(10**9):
            manifest.put(record(f"{i:09d}", state="fetched", sha256=f"{i}"))


def test_a_kill_loses_nothing_that_was_put(tmp_path: Path):
    process = multiprocessing.get_context("fork").Process(target=_write_for_ever, args=(tmp_path,))
    process.start()
    deadline = time.monotonic() + 30
    while not (tmp_path / MANIFEST_NAME).is_file() or _count(tmp_path) < 50:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    with open_manifest(tmp_path) as manifest:
        found = [r.image_id for r in manifest.records()]
        assert found == [f"{i:09d}" for i in range(len(found))]
        manifest.put(record("after"))


def _count(folder: Path) -> int:
    with open_manifest(folder, create=True) as manifest:
        return manifest.counts()["fetched"]


def test_what_is_taken_back_leaves_no_trace_in_the_file(tmp_path: Path):
    with open_manifest(tmp_path, create=True) as manifest:
        for i in range(50):
            manifest.put(record(f"{i}", attribution="Dr. Somebody Unusual"))
        for i in range(50):
            manifest.change("isic", f"{i}", state="forgotten", attribution="")
    assert b"Somebody Unusual" not in (tmp_path / MANIFEST_NAME).read_bytes()
