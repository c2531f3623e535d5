from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from lesionlab.collect.collection import Collection, open_collection
from lesionlab.core.errors import CollectError
from lesionlab.curate.data_card_collection import collection_card
from lesionlab.records.collected import ManifestRecord, QueryRecord


def picture(grey: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (8, 8), grey).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    with open_collection(tmp_path / "collect", create=True) as collection:
        yield collection


def fill(collection: Collection) -> None:
    manifest = collection.manifest
    number = manifest.ask(QueryRecord("isic", "diagnosis_3:x", ("CC0",), 4, started_at="2026-01-02T03:04:05+00:00"))
    manifest.tell_available(number, 1234)
    manifest.ask(QueryRecord("clinic", "folder ~/patients", (), None, 1))
    for image_id, grey, licence, given, code in (
        ("a", 1, "CC0-1.0", "Nevus", "nv"),
        ("b", 2, "CC0-1.0", "[wart](http://evil) | x", ""),
        ("c", 2, "CC-BY-SA-3.0", "Nevus", "nv"),
    ):
        record = ManifestRecord(
            "isic",
            image_id,
            licence=licence,
            attribution="<b>A</b>",
            diagnosis_given=given,
            diagnosis=code,
            lesion_id="L",
        )
        manifest.find(number, record)
        collection.keep(record, picture(grey))
    manifest.change("isic", "a", same_as="ISIC_0024306", same_by="id")
    collection.fail(ManifestRecord("clinic", "d"), "It did not come.")


def test_it_tells_sources_words_licences_duplicates_and_queries(collection: Collection) -> None:
    fill(collection)
    card = collection_card(collection.manifest)
    for line in (
        "3 images of skin lesions from one source",
        "| clinic | 0 | 0 | 1 | 0 | 0 | 0.0 MB |",
        "| nv, Melanocytic nevus | 2 |",
        "| none of the seven | 1 |",
        "| isic | Nevus | nv | 2 |",
        "| [CC BY-SA 3.0](https://creativecommons.org/licenses/by-sa/3.0/) | 1 |",
        "What is derived from all of them: [CC BY-SA 4.0]",
        "| isic | id | 1 |",
        "- 1 records have the bytes of another one.",
        "- 3 of 3 images name their lesion",
        "| 4 | 1,234 | 3 | 2026-01-02 |",
    ):
        assert line in card


def test_foreign_text_is_shown_and_does_nothing(collection: Collection) -> None:
    fill(collection)
    card = collection_card(collection.manifest)
    assert "[wart](http" not in card
    assert "<b>" not in card
    assert "\\[wart\\]" in card


def test_paths_of_this_machine_are_kept_out(collection: Collection) -> None:
    fill(collection)
    card = collection_card(collection.manifest)
    assert "/home/me" not in card
    assert "| clinic | a folder | all | 1 |" in card


def test_many_authors_are_counted(collection: Collection) -> None:
    for number in range(50):
        record = ManifestRecord("wiki", f"{number}", licence="CC-BY-4.0", attribution=f"Author {number:02d}")
        collection.keep(record, picture(number))
    card = collection_card(collection.manifest)
    assert "- and 10 more, of 10 images" in card


def test_an_empty_collection_has_no_card(collection: Collection) -> None:
    with pytest.raises(CollectError, match="nothing to tell"):
        collection_card(collection.manifest)
