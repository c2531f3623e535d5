from __future__ import annotations

import io
import os
import signal
from pathlib import Path

import pytest
from inspectors import inspect_with_pid, make_deadly, make_inspect
from PIL import Image

from lesionlab.collect import looking
from lesionlab.collect.collection import open_collection
from lesionlab.collect.looking import look, looking_apart, looking_here
from lesionlab.core.errors import CollectError, ImageError, TooLargeError
from lesionlab.data.procedural import procedural_lesion
from lesionlab.records.collected import ManifestRecord

RECORD = ManifestRecord("isic", "a", licence="CC0-1.0", sha256="ab" * 32)


def picture(seed: int = 1, kind: str = "JPEG", side_px: int = 64) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(procedural_lesion("nv", seed, side_px)).save(buffer, kind)
    return buffer.getvalue()


def test_a_look_describes_the_file_and_keeps_the_rest_of_the_record():
    content = picture(kind="PNG")
    seen = look(RECORD, content)
    assert (seen.state, seen.width, seen.height, seen.suffix, seen.size_bytes) == (
        "fetched",
        64,
        64,
        ".png",
        len(content),
    )
    assert (seen.state, seen.licence, seen.sha256) == ("fetched", RECORD.licence, RECORD.sha256)


def test_what_was_seen_goes_into_the_collection_s_record(tmp_path: Path):
    with open_collection(tmp_path, looking_here(inspect_with_pid), create=True) as collection:
        kept = collection.keep(ManifestRecord("isic", "a"), picture())
    assert (kept.same_as, kept.same_by, kept.quality) == ("ISIC_1", str(os.getpid()), {"blur": 0.5})


def test_apart_the_same_is_seen_in_another_process(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(looking, "cores", lambda: 2)
    with looking_apart(make_inspect) as look_there:
        there = look_there(RECORD, picture())
        with pytest.raises(ImageError, match="damaged"):
            look_there(RECORD, picture()[:400])
        with pytest.raises(TooLargeError) as refused:
            look_there(RECORD, bytes(16 * 2**20))
    assert refused.value.cure.startswith("Use an image of at most")
    here = look(RECORD, picture(), inspect_with_pid)
    assert there.same_by not in ("", here.same_by)
    assert (there.picture_hash, there.same_as, there.quality) == (here.picture_hash, here.same_as, here.quality)


def test_with_one_core_nothing_is_started(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(looking, "cores", lambda: 1)
    with looking_apart(make_inspect) as look_here:
        assert look_here(RECORD, picture()).same_by == str(os.getpid())


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_a_killed_process_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(looking, "cores", lambda: 2)
    with looking_apart(make_inspect) as look_there:
        assert look_there(RECORD, picture()).same_as == "ISIC_1"  # such a process does come to be
    with looking_apart(make_deadly) as look_there, pytest.raises(CollectError, match="was killed") as told:
        look_there(RECORD, picture())
    assert "goes on where it stopped" in told.value.cure
