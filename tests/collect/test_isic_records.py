from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from isic_host import NAMES, Held, IsicHost, picture

from lesionlab.collect.isic_archive import IsicArchive
from lesionlab.collect.isic_records import Found, read_listed
from lesionlab.collect.transfer import Transfer
from lesionlab.core.imaging import MAX_BYTES

CONTENT = picture("nv", 1)


@pytest.fixture(scope="module")
def archive() -> Iterator[IsicArchive]:
    with Transfer([".isic-archive.com"]) as transfer:
        yield IsicArchive(transfer)


def listed(**changes: Any) -> dict[str, Any]:
    clinical = {"lesion_id": "IL_1", "patient_id": "IP_1", "age_approx": 0, "sex": None, "fitzpatrick": "II"}
    host = IsicHost([])
    host.base = "https://content.isic-archive.com"
    held = Held("ISIC_0000007", CONTENT, NAMES["nv"], attribution="Zoë\u2028 \x00Ünïted", clinical=clinical)
    return {**host._listed(held), **changes}


def read(archive: IsicArchive, **changes: Any) -> Found:
    return read_listed(listed(**changes), archive)


def test_an_image_becomes_a_record_with_all_that_is_given(archive: IsicArchive):
    found = read(archive)
    record = found.record
    assert (record.source, record.image_id, record.state) == ("isic", "ISIC_0000007", "wanted")
    assert record.page_url == "https://api.isic-archive.com/images/ISIC_0000007/"
    assert (record.licence, record.lesion_id) == ("CC-BY", "IL_1")
    assert (record.diagnosis, record.diagnosis_given) == ("nv", "Blue nevus")
    assert record.attribution == "Zoë   Ünïted"
    assert record.details == {
        "age_approx": "0",
        "anatom_site_general": "posterior torso",
        "image_type": "dermoscopic",
        "lesion_id": "IL_1",
        "patient_id": "IP_1",
        "diagnosis_1": "Benign",
        "diagnosis_2": "Benign melanocytic proliferations",
        "diagnosis_3": "Nevus",
        "diagnosis_4": "Blue nevus",
        "copyright_license": "CC-BY",
    }
    assert found.size_bytes == len(CONTENT)
    assert found.objection == ""


def test_the_signature_of_an_address_is_not_kept(archive: IsicArchive):
    found = read(archive)
    assert "Signature=" in found.url
    assert found.record.file_url == "https://content.isic-archive.com/files/ISIC_0000007"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"isic_id": "../../etc/passwd"}, "id"),
        ({"isic_id": "ISIC_1/../2"}, "id"),
        ({"isic_id": "ISIC_é"}, "id"),
        ({"isic_id": None}, "id"),
        ({"copyright_license": "CC-BY-ND"}, "licence"),
        ({"copyright_license": ""}, "licence"),
        ({"copyright_license": "all rights reserved"}, "licence"),
        ({"public": False}, "public"),
        ({"files": {}}, "no file"),
        ({"files": {"full": {"url": "https://x/", "size": MAX_BYTES + 1}}}, "MB"),
    ],
)
def test_what_must_not_be_kept_says_why(archive: IsicArchive, changes: dict[str, Any], why: str):
    found = read(archive, **changes)
    assert why in found.objection
    assert found.objection.endswith(".")
    if why == "id":
        assert found.record.page_url == ""


def test_whatever_is_listed_becomes_a_record(archive: IsicArchive):
    draw = random.Random(3)
    oddities: list[Any] = [None, "", 0, -1, 1e400, True, [], {}, [1], {"full": 3}, "x" * 9999, "\x00\ud800", ["ISIC_1"]]
    for _ in range(300):
        odd = {name: draw.choice(oddities) for name in draw.sample(list(listed()), 4)}
        record = read(archive, **odd).record
        assert all(len(value) <= 2000 and value.isprintable() for value in record.details.values())
        assert record.attribution.isprintable()
