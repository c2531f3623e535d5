from __future__ import annotations

import hashlib

import pytest
from web_pictures import bomb_png, picture, with_xmp

from lesionlab.collect.collection import Collection
from lesionlab.collect.web.keeping import DamagedError, UnwantedError, check_hash, keep
from lesionlab.records.collected import ManifestRecord

RECORD = ManifestRecord("example", "1", licence="CC-BY-4.0")


def test_a_hash_of_each_kind_is_compared():
    content = picture(1)
    for kind in ("md5", "sha1", "sha256"):
        digest = hashlib.new(kind, content).hexdigest()
        check_hash(content, f"{kind}:{digest.upper()}")
        with pytest.raises(DamagedError, match=kind.upper()):
            check_hash(content + b"x", f"{kind}:{digest}")
    check_hash(content, "crc32:00")  # of a kind unknown here
    check_hash(content, "")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b"  <!doctype html>", "page of text"),
        (picture(1)[:200], "damaged"),
        (b"GIF89a", "damaged|format"),
    ],
)
def test_what_may_come_whole_another_time(collection: Collection, content: bytes, told: str):
    with pytest.raises(DamagedError, match=told):
        keep(collection, RECORD, content)
    assert collection.manifest.get("example", "1") is None


def test_what_is_not_to_be_kept_at_all(collection: Collection):
    prohibited = with_xmp(picture(1), 'plus:DataMining="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"')
    closed = with_xmp(picture(1), 'xmpRights:WebStatement="https://creativecommons.org/licenses/by-nd/4.0/"')
    for content in (prohibited, closed, bomb_png()):
        with pytest.raises(UnwantedError):
            keep(collection, RECORD, content)
    assert not list(collection.folder.rglob("*.jpg"))


def test_a_file_that_states_an_open_licence_is_kept(collection: Collection):
    stated = with_xmp(picture(1), 'xmpRights:WebStatement="https://creativecommons.org/licenses/by-sa/4.0/"')
    assert keep(collection, RECORD, stated).state == "fetched"
