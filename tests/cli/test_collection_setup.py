from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from small_ham10000 import write_small_ham10000

from lesionlab.cli import collection_setup
from lesionlab.cli.collection_setup import collecting, ham10000_and_quality, require_packages, tell_wait
from lesionlab.core.errors import MissingPartError
from lesionlab.core.home import cache_folder
from lesionlab.curate import identity
from lesionlab.data.prepare import prepare_ham10000
from lesionlab.data.prepared import PreparedData
from lesionlab.data.procedural import procedural_lesion
from lesionlab.records.collected import ManifestRecord


@pytest.fixture
def compared_with(monkeypatch: pytest.MonkeyPatch) -> list[PreparedData | None]:
    """What pictures are compared with when the collection is opened."""
    seen: list[PreparedData | None] = []
    make = identity.ham10000_inspector

    def noting(prepared: PreparedData | None = None) -> Any:
        seen.append(prepared)
        return make(prepared)

    monkeypatch.setattr(identity, "ham10000_inspector", noting)
    return seen


def test_without_prepared_data_pictures_are_compared_by_the_committed_hashes(compared_with: list[Any]):
    ham10000_and_quality()
    assert compared_with == [None]


def test_with_ham10000_prepared_pixels_are_compared(compared_with: list[Any], tmp_path: Path):
    prepare_ham10000(write_small_ham10000(tmp_path / "source"), sizes_px=(16,))
    ham10000_and_quality()
    (prepared,) = compared_with
    assert prepared.record.kind == "ham10000"


def test_other_data_of_that_name_is_not_taken_for_it(compared_with: list[Any], tiny_data: PreparedData):
    shutil.copytree(tiny_data.folder, cache_folder() / "ham10000")
    ham10000_and_quality()
    assert compared_with == [None]


def test_the_collection_of_the_home_is_opened_and_pictures_are_looked_at_in_processes_apart(home: Path):
    content = drawn(1)
    with collecting() as collection:
        assert collection.folder == home / "collect"
        kept = collection.keep(ManifestRecord("web", "x"), content)
    assert set(kept.quality) == {"sharpness", "brightness", "clipped", "black_border", "strokes"}
    assert (kept.state, kept.same_as) == ("fetched", "")


def drawn(seed: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(procedural_lesion("nv", seed, 64)).save(buffer, "JPEG")
    return buffer.getvalue()


def test_a_package_that_is_not_there_is_named():
    require_packages()
    with pytest.raises(MissingPartError, match="no_such_thing"):
        require_packages("json", "no_such_thing")


def test_waits_are_told_but_not_all_of_them(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    now = [1000.0]
    monkeypatch.setattr(collection_setup.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(collection_setup._Told, "again_at", 0.0)
    for seconds in (0.5, 12.3, 12.3):
        tell_wait(seconds, "x answered 503.")
    now[0] += 60
    tell_wait(3.0, "y answered 429.")
    assert capsys.readouterr().err.splitlines() == ["Waiting 12 s: x answered 503.", "Waiting 3 s: y answered 429."]
