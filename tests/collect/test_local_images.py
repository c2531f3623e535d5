from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from lesionlab.collect.collection import Collection, open_collection
from lesionlab.collect.export import Wanted, export
from lesionlab.collect.export_read import is_export, read_export
from lesionlab.collect.forget import Chosen, choose, forget
from lesionlab.collect.local_images import LocalImage, Taken, take_in
from lesionlab.core.errors import CollectError
from lesionlab.records.collected import ManifestRecord


def picture(grey: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (8, 8), grey).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    with open_collection(tmp_path / "collect", create=True) as collection:
        yield collection


@pytest.fixture
def images(tmp_path: Path) -> list[LocalImage]:
    made = []
    for number in range(6):
        file = tmp_path / "set" / f"{number}.png"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(picture(number))
        record = ManifestRecord(
            "clinic", f"{number}", licence="CC-BY-4.0", attribution="Dr. A", diagnosis_given="mole", diagnosis="nv"
        )
        made.append(LocalImage(record, file))
    return made


def test_images_are_copied_with_their_description(collection: Collection, images: list[LocalImage]) -> None:
    assert take_in(collection, images, "folder set") == Taken(found=6, fetched=6, new=6)
    for image in images:
        record = collection.manifest.get("clinic", image.record.image_id)
        assert record is not None
        assert (record.state, record.attribution, record.diagnosis) == ("fetched", "Dr. A", "nv")
        assert collection.file_of(record).read_bytes() == image.file.read_bytes()
    (query,) = collection.manifest.queries()
    assert (query.text, query.available) == ("folder set", 6)
    assert query.ended_at


def test_a_second_time_nothing_is_new_until_something_changes(collection: Collection, images: list[LocalImage]) -> None:
    take_in(collection, images, "folder set")
    assert take_in(collection, images, "folder set") == Taken(found=6, fetched=6, new=0)
    images[2] = replace(images[2], record=replace(images[2].record, diagnosis="mel"))
    images[4].file.write_bytes(picture(100))
    record = collection.manifest.get("clinic", "5")
    assert record is not None
    collection.file_of(record).unlink()
    assert take_in(collection, images, "folder set").new == 3
    changed = collection.manifest.get("clinic", "2")
    assert changed is not None
    assert changed.diagnosis == "mel"


def test_what_may_not_be_kept_is_refused_and_what_cannot_be_read_failed(
    collection: Collection, images: list[LocalImage]
) -> None:
    images[0] = replace(images[0], record=replace(images[0].record, licence="CC-BY-ND-4.0"))
    images[1] = replace(images[1], record=replace(images[1].record, attribution=" "))
    images[2].file.write_bytes(b"no picture")
    images[3].file.unlink()
    images[4] = replace(images[4], sha256="0" * 64)
    taken = take_in(collection, images, "folder set")
    assert (taken.fetched, taken.new) == (1, 1)
    assert sum(taken.refusals.values()) == 2
    assert sum(taken.failures.values()) == 3
    states = [record.state for record in collection.manifest.records()]
    assert states == ["refused", "refused", "failed", "failed", "failed", "fetched"]


def test_a_copy_that_is_here_stays_when_the_folder_loses_it(collection: Collection, images: list[LocalImage]) -> None:
    take_in(collection, images, "folder set")
    images[0].file.unlink()
    taken = take_in(collection, images, "folder set")
    assert (taken.fetched, sum(taken.failures.values())) == (6, 1)
    record = collection.manifest.get("clinic", "0")
    assert record is not None
    assert record.state == "fetched"


def test_forgotten_bytes_stay_away_under_another_name(collection: Collection, images: list[LocalImage]) -> None:
    take_in(collection, images[:1], "folder set")
    collection.manifest.change("clinic", "0", state="forgotten")
    renamed = LocalImage(replace(images[0].record, image_id="renamed"), images[0].file)
    with open_collection(collection.folder) as anew:
        taken = take_in(anew, [renamed], "folder set")
        record = anew.manifest.get("clinic", "renamed")
    assert (taken.fetched, taken.new, taken.refusals.total()) == (0, 0, 1)
    assert record is not None
    assert (record.state, record.sha256) == ("refused", "")


def test_forgotten_images_stay_forgotten(collection: Collection, images: list[LocalImage]) -> None:
    take_in(collection, images, "folder set")
    forget(collection, choose(collection, Chosen(image_ids=("3",))))
    assert take_in(collection, images, "folder set") == Taken(found=6, fetched=5, new=0, forgotten=1)


# An export, read back


def test_an_export_comes_back_as_it_was(collection: Collection, images: list[LocalImage], tmp_path: Path) -> None:
    take_in(collection, images, "folder set")
    export(collection, tmp_path / "out", Wanted())
    assert is_export(tmp_path / "out")
    assert not is_export(tmp_path / "set")
    with open_collection(tmp_path / "other", create=True) as other:
        assert take_in(other, read_export(tmp_path / "out"), "folder out").new == 6
        for record in collection.manifest.records():
            again = other.manifest.get(record.source, record.image_id)
            assert again is not None
            bare = {"found_at": "", "fetched_at": ""}
            assert replace(again, **bare) == replace(record, **bare)  # type: ignore[arg-type]


def test_an_export_taken_back_into_its_own_collection_changes_nothing(
    collection: Collection, images: list[LocalImage], tmp_path: Path
) -> None:
    images = [replace(image, record=replace(image.record, details={"sex": "female"})) for image in images]
    take_in(collection, images, "folder set")
    before = list(collection.manifest.records())
    export(collection, tmp_path / "out", Wanted())
    assert take_in(collection, read_export(tmp_path / "out"), "folder out").new == 0
    assert list(collection.manifest.records()) == before


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [("images/", "../images/", "outside the folder"), (",nv,", ",mole,", "is damaged"), (",mole,CC", ",CC", "damaged")],
)
def test_an_export_that_was_changed_is_refused(
    old: str, new: str, told: str, collection: Collection, images: list[LocalImage], tmp_path: Path
) -> None:
    take_in(collection, images, "folder set")
    export(collection, tmp_path / "out", Wanted())
    table = tmp_path / "out" / "metadata.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(CollectError, match=told):
        read_export(tmp_path / "out")
