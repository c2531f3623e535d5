from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from small_ham10000 import write_small_ham10000

from lesionlab.curate.audit import Lists, audit_lists, audit_prepared, lists_of, own_lists, release_split
from lesionlab.curate.audit_lists import Listed
from lesionlab.curate.audit_pictures import compare_pictures
from lesionlab.curate.audit_words import verdict
from lesionlab.data.groups import all_duplicates
from lesionlab.data.prepare import prepare_ham10000
from lesionlab.data.prepared import PreparedData
from lesionlab.records.audit import Audit
from lesionlab.records.codec import from_plain, to_plain
from lesionlab.records.ledger import Opening, append
from lesionlab.records.split import Split


@pytest.fixture(scope="module")
def release() -> Split:
    return release_split()


def by_image(data: PreparedData) -> Lists:
    """A split that somebody made image by image."""
    rows = [replace(row, part="test" if index % 3 == 0 else "train") for index, row in enumerate(data.split.rows)]
    return Lists("by image", ("train", "test"), tuple(rows))


def test_a_prepared_set_is_clean(tiny_data: PreparedData):
    audit = audit_prepared(tiny_data)
    assert not audit.leaks
    assert audit.kind == "prepared"
    assert audit.parts == ("train", "validation", "test")
    assert (audit.all.all.images, audit.all.all.lesions) == (len(tiny_data.split.rows), 84)
    assert sum(part.images for part in audit.all.parts.values()) == audit.all.all.images
    assert {code.value: code.all.lesions for code in audit.classes} == dict.fromkeys(tiny_data.split.classes, 12)
    assert audit.facts["Split SHA-256"] == tiny_data.split.sha256
    assert all(exposure.all.seen == 0 for exposure in audit.exposures)


def test_a_split_by_image_is_caught_with_every_lesion_that_crosses(tiny_data: PreparedData):
    lists = by_image(tiny_data)
    audit = audit_prepared(tiny_data, lists=lists)
    parts: dict[str, set[str]] = {}
    for row in lists.rows:
        parts.setdefault(row.lesion_id, set()).add(row.part)
    crossing = [lesion for lesion, found in parts.items() if len(found) == 2]
    assert crossing
    assert [found.name for found in audit.check("lesions").found] == sorted(crossing)
    assert verdict(audit) == f"LEAKS: {len(crossing)} lesions in both train and test"


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_random_80_20_split_by_image_shows_four_in_ten_test_images_with_a_sibling(release: Split, seed: int):
    images = [row.image_id for row in release.rows]
    random.Random(seed).shuffle(images)
    parts = {"train": tuple(images[2003:]), "test": tuple(images[:2003])}
    audit = audit_lists(lists_of("80/20", Listed(parts), release), release)
    (exposure,) = audit.exposures
    assert exposure.all.siblings / exposure.all.images == pytest.approx(0.39, abs=0.03)
    assert sum(seen.siblings for seen in exposure.classes) == exposure.all.siblings
    assert audit.leaks


def test_the_release_split_is_clean_by_ids_alone_and_known_by_its_hash(release: Split):
    parts = {
        part: tuple(r.image_id for r in release.rows if r.part == part) for part in ("train", "validation", "test")
    }
    audit = audit_lists(lists_of("theirs", Listed(parts), release), release)
    assert not audit.leaks
    assert audit.facts["Split SHA-256"] == release.sha256
    assert audit.check("known").inside == 18 + 42
    assert [check.name for check in audit.checks if check.state == "unchecked"] == ["same", "near"]


def test_each_known_pair_across_parts_is_caught(release: Split):
    for one, other in all_duplicates():
        audit = audit_lists(lists_of("a pair", Listed({"train": (one,), "test": (other,)}), release), release)
        assert [check.name for check in audit.checks if check.state == "leak"] == ["groups", "known"]
        assert verdict(audit) == "LEAKS: 1 known duplicate pair across train and test"
        assert audit.exposures[0].all.siblings == 0
        assert audit.exposures[0].all.seen == 1


def test_what_is_odd_about_lists_is_counted(release: Split):
    first, second = release.rows[0].image_id, release.rows[1].image_id
    listed = Listed({"train": (first,), "test": (second,)}, unknown=("cat",), twice=(first,))
    audit = audit_lists(lists_of("odd", listed, release), release)
    assert [(omission.count, omission.ids) for omission in audit.left_out] == [
        (1, ("cat",)),
        (1, (first,)),
        (10_013, ()),
    ]


def test_an_image_in_both_lists_is_a_leak(release: Split):
    image = release.rows[0].image_id
    audit = audit_lists(lists_of("both", Listed({"train": (image,), "test": (image,)}), release), release)
    assert verdict(audit).startswith("LEAKS: 1 image in both train and test; 1 lesion in both")


def test_missing_metadata_are_counted(tmp_path: Path):
    audit = audit_prepared(prepare_ham10000(write_small_ham10000(tmp_path / "small"), "small", (16,)))
    strata = {stratum.name: stratum for stratum in audit.strata}
    assert sum(strata["age"].missing.values()) == 2
    assert sum(strata["sex"].missing.values()) == 35


def test_openings_of_this_split_are_told_and_no_others(tiny_data: PreparedData, tmp_path: Path):
    mine = Opening("2026-01-02T00:00:00+00:00", tiny_data.split.sha256, "release 1")
    ledger, second = tmp_path / "one.csv", tmp_path / "two.csv"
    append(ledger, mine)
    append(ledger, Opening("2026-01-01T00:00:00+00:00", "0" * 64, "of another split"))
    append(second, mine)
    assert audit_prepared(tiny_data, ledgers=(ledger, second, tmp_path / "none.csv")).openings == (mine,)


def test_sources_and_what_was_left_out_are_told(tiny_data: PreparedData, tmp_path: Path):
    (source,) = audit_prepared(tiny_data).sources
    assert source.images == len(tiny_data.split.rows)
    assert source.licence == "CC0-1.0"
    assert own_lists(tiny_data).odd == ()


def test_the_record_survives_json_and_is_the_same_again(tiny_data: PreparedData):
    audit = audit_prepared(tiny_data, lists=by_image(tiny_data))
    assert from_plain(Audit, to_plain(audit), "an audit") == audit
    assert audit_prepared(tiny_data, lists=by_image(tiny_data)) == audit


@pytest.mark.data
def test_the_real_ham10000_is_clean_but_for_what_only_sight_tells(real_ham10000: PreparedData):
    audit = audit_prepared(real_ham10000, compare_pictures(real_ham10000, quick=True))
    assert verdict(audit) == "No leak found"
    assert audit.check("same").inside == 2
    assert audit.check("known").inside == 18 + 42
    missing = {stratum.name: sum(stratum.missing.values()) for stratum in audit.strata}
    assert missing["age"] == missing["sex"] == 57
