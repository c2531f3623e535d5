from __future__ import annotations

from dataclasses import replace

from web_pictures import picture

from lesionlab.collect.collection import Collection
from lesionlab.collect.web.findings import Archive, Found
from lesionlab.collect.web.intake import Intake
from lesionlab.collect.web.site import Limits, Site
from lesionlab.records.collected import ManifestRecord, QueryRecord

FOUND = Found(
    "1", "https://files.example.org/1.jpg", "https://example.org/1", (("CC BY 4.0",),), "Ada", "Melanoma", "image/jpeg"
)


def intake(site: Site, collection: Collection | None, *licences: str) -> Intake:
    query = QueryRecord(site.name, "all", licences, None)
    return Intake(site, collection, collection.manifest.ask(query) if collection else 0, licences)


def fetch(taken: Intake, found: Found, seed: int = 1) -> ManifestRecord:
    record = taken.take(found)
    assert record is not None
    assert taken.collection is not None
    kept = taken.collection.keep(record, picture(seed))
    taken.kept(kept)
    return kept


def get(collection: Collection, image_id: str) -> ManifestRecord:
    record = collection.manifest.get("example", image_id)
    assert record is not None
    return record


def test_an_image_is_wanted_once_and_known_the_next_time(site: Site, collection: Collection):
    first = intake(site, collection)
    fetch(first, FOUND)
    assert first.take(FOUND) is None
    second = intake(site, collection)
    assert second.take(FOUND) is None
    assert (first.tried.new, second.tried.new, second.tried.states["fetched"]) == (1, 0, 1)
    assert get(collection, "1").diagnosis == "mel"


def test_an_image_whose_file_is_gone_is_wanted_again(site: Site, collection: Collection):
    kept = fetch(intake(site, collection), FOUND)
    collection.file_of(kept).unlink()
    assert intake(site, collection).take(FOUND) is not None


def test_what_was_forgotten_stays_forgotten(site: Site, collection: Collection):
    fetch(intake(site, collection), FOUND)
    collection.manifest.change("example", "1", state="forgotten")
    again = intake(site, collection)
    assert again.take(FOUND) is None
    assert again.tried.states["forgotten"] == 1


def test_what_failed_is_tried_again(site: Site, collection: Collection):
    first = intake(site, collection)
    record = first.take(FOUND)
    assert record is not None
    first.fail(record, "It broke.")
    assert intake(site, collection).take(FOUND) is not None


def test_a_file_that_prohibits_it_is_not_asked_for_again_unless_it_changed(site: Site, collection: Collection):
    first = intake(site, collection)
    found = replace(FOUND, checksum="md5:1")
    record = first.take(found)
    assert record is not None
    first.refuse_file(record, "It prohibits it.")
    second = intake(site, collection)
    assert second.take(found) is None
    assert get(collection, "1").reason == "It prohibits it."
    assert second.tried.states["refused"] == 1
    third = intake(site, collection)
    assert third.take(found) is None  # for good
    assert intake(site, collection).take(replace(found, checksum="md5:2")) is not None


def test_several_words_map_only_where_all_agree(site: Site, collection: Collection):
    one = intake(site, collection)
    fetch(one, FOUND)
    one.add_words("1", "Superficial spreading melanoma")
    assert (get(collection, "1").diagnosis_given, get(collection, "1").diagnosis) == (
        "Melanoma; Superficial spreading melanoma",
        "mel",
    )
    one.take(replace(FOUND, diagnosis_given="Naevus"))
    assert get(collection, "1").diagnosis == ""
    one.add_words("2", "Naevus")  # known of before it is found
    assert fetch(one, replace(FOUND, image_id="2", diagnosis_given=""), 2).diagnosis == "nv"
    assert fetch(one, replace(FOUND, image_id="3", diagnosis_given="Wart"), 3).diagnosis == ""


def test_a_table_that_was_written_anew_maps_what_is_here(site: Site, collection: Collection):
    fetch(intake(site, collection), replace(FOUND, diagnosis_given="Wart"))
    intake(replace(site, diagnoses={"wart": "bkl"}), collection).take(replace(FOUND, diagnosis_given="Wart"))
    assert get(collection, "1").diagnosis == "bkl"


def test_what_lies_here_and_would_be_refused_today_is_told(site: Site, collection: Collection):
    fetch(intake(site, collection), FOUND)
    again = intake(site, collection)
    assert again.take(replace(FOUND, statements=(("All rights reserved",),))) is None
    assert get(collection, "1").state == "fetched"
    assert list(+again.tried.doubts) == ["It is not free: 'All rights reserved'."]


def refusal(site: Site, found: Found, *licences: str) -> str:
    return intake(site, None, *licences).judged(found)[1]


def test_reasons_to_refuse(site: Site):
    assert refusal(site, FOUND) == ""
    assert "No licence" in refusal(site, replace(FOUND, statements=()))
    assert "names nobody" in refusal(site, replace(FOUND, attribution=""))
    assert refusal(replace(site, attribution="The museum"), replace(FOUND, attribution="")) == ""
    assert refusal(site, replace(FOUND, attribution="", statements=(("CC0",),))) == ""
    assert "image/gif" in refusal(site, replace(FOUND, media_type="image/gif"))
    assert ".svg" in refusal(site, replace(FOUND, media_type="", file_url="https://x/y.SVG?z"))
    assert "larger than 1.0 MB" in refusal(
        replace(site, limits=Limits(max_image_bytes=2**20)), replace(FOUND, size_bytes=2**20 + 1)
    )
    assert "no file" in refusal(site, replace(FOUND, file_url=""))
    assert "among those asked for" in refusal(site, FOUND, "CC0-1.0")
    assert refusal(site, replace(FOUND, refusal="The page asks for no use by AI.")) == "The page asks for no use by AI."


def test_without_a_collection_it_only_counts(site: Site):
    dry = intake(site, None)
    assert dry.take(FOUND) is not None
    assert dry.take(replace(FOUND, image_id="2", statements=())) is None
    assert (dry.tried.states["wanted"], dry.tried.states["refused"]) == (1, 1)
    assert dry.tried.licences == {"CC-BY-4.0": 1}


def test_an_archive_is_known_when_all_its_images_are(site: Site, collection: Collection):
    each = replace(FOUND, image_id="zip", checksum="md5:9", details={"record": "11"})
    archive = Archive("all.zip", each)
    details = {"record": "11", "archive_checksum": "md5:9", "archive_images": "2"}
    first = intake(site, collection)
    assert not first.has_archive(archive)
    fetch(first, replace(FOUND, image_id="a", details=details))
    assert not intake(site, collection).has_archive(archive)
    fetch(first, replace(FOUND, image_id="b", details=details), 2)
    again = intake(site, collection)
    assert again.has_archive(archive)
    assert again.tried.states["fetched"] == 2
    assert not again.has_archive(Archive("all.zip", replace(each, checksum="md5:8")))
