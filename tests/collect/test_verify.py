from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from isic_host import picture

from lesionlab.collect.collection import Collection, open_collection
from lesionlab.collect.verify import Verification, verify_collection
from lesionlab.records.collected import ManifestRecord, QueryRecord


@pytest.fixture
def kept(home: Path) -> Iterator[Collection]:
    """Six images of two sources, two of them of the same bytes."""
    with open_collection(create=True) as collection:
        for number in range(5):
            source = "isic" if number < 3 else "garden"
            collection.keep(ManifestRecord(source, f"ISIC_{number:07d}"), picture("nv", number))
        collection.keep(ManifestRecord("garden", "again"), picture("nv", 0))
        yield collection


def path_of(kept: Collection, image_id: str, source: str = "isic") -> Path:
    record = kept.manifest.get(source, image_id)
    assert record is not None
    return kept.file_of(record)


def wrong(found: Verification) -> dict[str, str]:
    return {f"{record.source} {record.image_id}": problem for record, problem in found.wrong}


def test_a_sound_collection_is_sound(kept: Collection):
    told: list[tuple[float, float]] = []
    found = verify_collection(kept, progress=lambda done, total, **figures: told.append((done, total)))
    assert found.sound
    assert found.right == 6
    assert told[-1] == (6, 6)


def test_a_missing_file_is_found_for_every_record_that_names_it(kept: Collection):
    path_of(kept, "ISIC_0000000").unlink()
    assert set(wrong(verify_collection(kept))) == {"isic ISIC_0000000", "garden again"}


def test_damage_is_found_by_length_and_by_sha256(kept: Collection):
    shorter, other = path_of(kept, "ISIC_0000001"), path_of(kept, "ISIC_0000002")
    shorter.write_bytes(shorter.read_bytes()[:-1])
    content = bytearray(other.read_bytes())
    content[-9] ^= 1
    other.write_bytes(content)
    found = wrong(verify_collection(kept))
    assert "bytes instead of" in found["isic ISIC_0000001"]
    assert "SHA-256" in found["isic ISIC_0000002"]


def test_a_record_that_does_not_fit_its_picture_is_found(kept: Collection):
    kept.manifest.change("isic", "ISIC_0000001", width=9)
    assert wrong(verify_collection(kept)) == {"isic ISIC_0000001": "It is 64x48 px now."}


def test_one_source_can_be_looked_at_alone(kept: Collection):
    path_of(kept, "ISIC_0000003", "garden").unlink()
    (kept.folder / "images" / "stray.jpg").write_bytes(b"x")
    assert verify_collection(kept, "isic").sound
    assert set(wrong(verify_collection(kept, "garden"))) == {"garden ISIC_0000003"}


def test_repair_marks_what_is_wrong_as_wanted(kept: Collection):
    path_of(kept, "ISIC_0000001").unlink()
    found = verify_collection(kept, repair=True)
    assert not found.sound
    record = kept.manifest.get("isic", "ISIC_0000001")
    assert record is not None
    assert (record.state, bool(record.reason)) == ("wanted", True)
    assert kept.manifest.find(1, ManifestRecord("isic", "ISIC_0000001")).state == "wanted"
    assert verify_collection(kept).sound


def test_files_that_no_record_names_are_listed_and_never_deleted(kept: Collection):
    images = kept.folder / "images"
    stray = images / "ab" / f"{'ab' * 32}.jpg"
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"whose?")
    loose = images / "loose.txt"
    loose.write_bytes(b"")
    elsewhere = path_of(kept, "ISIC_0000001").with_suffix(".png")
    elsewhere.write_bytes(b"")
    kept.manifest.change("isic", "ISIC_0000002", state="forgotten")
    forgotten = path_of(kept, "ISIC_0000002")
    found = verify_collection(kept, repair=True)
    assert set(found.strays) == {stray, loose, elsewhere, forgotten}
    assert all(path.is_file() for path in found.strays)


def test_what_a_kill_left_half_written_is_listed_later_and_deleted_by_repair(kept: Collection):
    half = path_of(kept, "ISIC_0000001").with_name(".x.jpg.77-1a.part")
    half.write_bytes(b"half")
    assert verify_collection(kept).sound  # it may be in writing
    os.utime(half, (0, 0))
    assert verify_collection(kept).strays == [half]
    assert verify_collection(kept, repair=True).sound
    assert not half.exists()


def test_an_empty_collection_is_sound(home: Path):
    with open_collection(create=True) as collection:
        number = collection.manifest.ask(QueryRecord("isic", "x", (), 3, started_at="now"))
        collection.manifest.find(number, ManifestRecord("isic", "ISIC_0000001"))
        assert verify_collection(collection).sound
