"""From a collection's manifest to what may be added, with every record accounted for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from small_ham10000 import write_small_ham10000

from lesionlab.cli.added_images import Filters, read_additions, relate_pictures
from lesionlab.collect.collection import open_collection
from lesionlab.collect.looking import Inspection, looking_here
from lesionlab.core.errors import CollectError, InputError
from lesionlab.core.home import collect_folder
from lesionlab.core.png import encode_png
from lesionlab.data.additions import Picture
from lesionlab.data.ham10000 import read_ham10000
from lesionlab.data.prepared import PreparedData
from lesionlab.data.procedural import procedural_lesion
from lesionlab.data.source import Source
from lesionlab.records.collected import ManifestRecord

Keep = Callable[..., ManifestRecord]


@pytest.fixture
def base(tmp_path: Path) -> Source:
    return read_ham10000(write_small_ham10000(tmp_path / "ham10000"))


@pytest.fixture
def keep(home: Path) -> Keep:
    """Put a drawn image into the home's collection; keywords are values of its record."""
    seeds = iter(range(500, 600))

    def put(image_id: str, diagnosis: str = "mel", source: str = "isic", **values: object) -> ManifestRecord:
        folder = values.pop("folder", None)
        record = ManifestRecord(
            source, image_id, diagnosis=diagnosis, diagnosis_given=diagnosis, licence="CC-BY-4.0", attribution="Clinic"
        )
        record = replace(record, **values)  # type: ignore[arg-type]
        same = Inspection(record.same_as, record.same_by)
        with open_collection(folder, looking_here(lambda *_: same), create=True) as collection:  # type: ignore[arg-type]
            return collection.keep(record, encode_png(procedural_lesion(diagnosis or "nv", next(seeds), 32)))

    return put


def left_out(keep: Keep, base: Source, filters: Filters = Filters()) -> dict[str, tuple[int, tuple[str, ...]]]:  # noqa: B008
    found = read_additions(("collected",), filters, base)
    wanted = [image for image in found.images if image.wanted]
    assert len(wanted) + sum(problem.count for problem in found.left_out.values()) == found.found
    return {reason: (problem.count, problem.ids) for reason, problem in found.left_out.items()}


def test_an_image_carries_what_its_record_says(keep: Keep, base: Source) -> None:
    record = keep(
        "ISIC_9", page_url="https://p", lesion_id="IL_1", details={"age_approx": "45", "sex": "male", "site": "back"}
    )
    (image,) = read_additions(("collected",), Filters(), base).images
    assert (image.image_id, image.lesion_id, image.source) == ("isic:ISIC_9", "isic:IL_1", "isic")
    assert (image.licence, image.attribution, image.page_url) == ("CC-BY-4.0", "Clinic", "https://p")
    assert image.sha256 == record.sha256
    assert image.file.is_file()
    assert image.details == {"age": "45", "sex": "male", "localization": "back"}


def test_a_source_without_lesions_makes_each_image_one(keep: Keep, base: Source) -> None:
    keep("7", source="web")
    (image,) = read_additions(("collected",), Filters(), base).images
    assert image.lesion_id == image.image_id == "web:7"


def test_what_has_none_of_the_seven_diagnoses_is_counted_by_its_words(keep: Keep, base: Source) -> None:
    keep("a")
    for number in range(3):
        keep(f"b{number}", "", diagnosis_given="squamous cell carcinoma")
    keep("c", "", diagnosis_given="")
    assert left_out(keep, base) == {
        "without one of the seven diagnoses": (4, ("squamous cell carcinoma (3)", "none given (1)"))
    }


def test_licences_that_forbid_are_left_out_by_default_and_others_on_demand(keep: Keep, base: Source) -> None:
    keep("a")
    keep("b", licence="CC-BY-ND-4.0")
    keep("c", licence="")
    keep("d", licence="CC0-1.0")
    reason = "under a licence that was not asked for"
    assert left_out(keep, base) == {reason: (2, ("CC-BY-ND-4.0 (1)", "none (1)"))}
    assert left_out(keep, base, Filters(licences=("CC0",)))[reason][0] == 3
    assert left_out(keep, base, Filters(licences=("cc-by", "CC0-1.0")))[reason][0] == 2
    assert left_out(keep, base, Filters(licences=("CC-BY-3.0",)))[reason][0] == 4


@pytest.mark.parametrize(("text", "told"), [("mine", "no licence known"), ("CC-BY-ND", "forbids what is derived")])
def test_licences_that_cannot_be_asked_for(keep: Keep, base: Source, text: str, told: str) -> None:
    keep("a")
    with pytest.raises(InputError, match=told):
        read_additions(("collected",), Filters(licences=(text,)), base)


def test_sources_and_details_narrow_and_are_counted(keep: Keep, base: Source) -> None:
    keep("a", details={"split": "train"})
    keep("b", details={"split": "test"})
    keep("c", source="web")
    assert left_out(keep, base, Filters(sources=("isic",), only={"split": "train"})) == {
        "of another source": (1, ("web:c",)),
        "without split=train": (1, ("isic:b",)),
    }
    with pytest.raises(InputError, match="'ISIC'") as caught:
        read_additions(("collected",), Filters(sources=("ISIC",)), base)
    assert "isic, web" in caught.value.cure


def test_only_fetched_images_count_as_found(keep: Keep, base: Source) -> None:
    keep("a")
    with open_collection() as collection:
        collection.refuse(ManifestRecord("isic", "b"), "no licence")
        collection.fail(ManifestRecord("isic", "c"), "cut")
    assert read_additions(("collected",), Filters(), base).found == 1


def test_ham10000_s_own_is_known_by_its_id_and_by_what_the_collecting_told(keep: Keep, base: Source) -> None:
    known = base.rows[0].image_id
    keep("ISIC_1", same_as=known, same_by="id")
    keep("ISIC_2", same_as=known, same_by="picture")  # judged again on pixels
    keep("ISIC_3", same_as="ISIC_0031633", same_by="id")  # not in this base
    found = {i.image_id: i.same_as for i in read_additions(("collected",), Filters(), base).images}
    assert found == {"isic:ISIC_1": known, "isic:ISIC_2": "", "isic:ISIC_3": ""}


def test_a_lesion_is_known_by_a_copy_that_was_refused(keep: Keep, base: Source) -> None:
    keep("ISIC_1", lesion_id="IL_1")
    copy = ManifestRecord("isic", "ISIC_2", lesion_id="IL_1", same_as=base.rows[3].image_id, same_by="id")
    with open_collection() as collection:
        collection.refuse(copy, "not asked for")
    found = read_additions(("collected",), Filters(), base)
    assert found.lesions_of_base == (("isic:IL_1", base.rows[3].image_id),)


def test_siblings_that_are_not_wanted_come_along_for_their_relations(keep: Keep, base: Source) -> None:
    keep("a", lesion_id="IL_1")
    keep("b", lesion_id="IL_1", licence="CC-BY-ND-4.0")
    keep("c", lesion_id="IL_2", licence="CC-BY-ND-4.0")
    images = read_additions(("collected",), Filters(), base).images
    assert {image.image_id: image.wanted for image in images} == {"isic:a": True, "isic:b": False}


def test_several_collections_by_folder_or_manifest(keep: Keep, base: Source, tmp_path: Path) -> None:
    keep("a")
    keep("b", folder=tmp_path / "other")
    keep("a", folder=tmp_path / "other")
    for place in (tmp_path / "other", tmp_path / "other" / "manifest.db"):
        found = read_additions(("collected", str(place)), Filters(), base)
        assert {image.image_id for image in found.images} == {"isic:a", "isic:b"}
        assert found.left_out["listed in two collections"].count == 1
        assert found.manifests[0] == str(collect_folder())


def test_no_collection_there(base: Source, tmp_path: Path) -> None:
    with pytest.raises(CollectError, match="no manifest"):
        read_additions((str(tmp_path / "none"),), Filters(), base)


def test_the_fingerprint_follows_what_was_collected(keep: Keep, base: Source) -> None:
    def fingerprint(**filters: object) -> str:
        return read_additions(("collected",), Filters(**filters), base).fingerprint  # type: ignore[arg-type]

    keep("a")
    first = fingerprint()
    assert fingerprint() == first
    assert fingerprint(licences=("CC-BY",)) != first
    keep("b", "")
    assert fingerprint() != first


def test_a_copy_of_a_base_image_is_seen_to_be_one(tiny_data: PreparedData) -> None:
    row = tiny_data.split.rows[5]
    copy = Picture("web:copy", tiny_data.pixels(32)[5], "0" * 64)
    ties = relate_pictures([copy], tiny_data, lambda *_, **__: None)
    assert (row.image_id, True) in {(tie.other_id, tie.same) for tie in ties if tie.image_id == "web:copy"}
