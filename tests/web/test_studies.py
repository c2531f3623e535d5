from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from flask.testing import FlaskClient

from lesionlab.core.files import write_text
from lesionlab.records.effect import EffectRecord, write_effect
from lesionlab.records.effect_words import between
from lesionlab.records.protocol import PROTOCOL_NAME, protocol_as_toml
from lesionlab.study.verdict import Word
from lesionlab.web.headers import CONTENT_SECURITY_POLICY
from lesionlab.web.studies import LEAKS

PageOf = Callable[[str], Any]


@pytest.fixture
def folder(home: Path, effect: EffectRecord) -> Path:
    """A study with its outcome in the home folder."""
    folder = home / "studies" / "00003-effect"
    write_effect(folder, effect)
    return folder


def test_it_tells_every_word_that_a_verdict_can_be(page_of: PageOf) -> None:
    text = page_of("/studies").text.lower()
    assert [word for word in get_args(Word) if word not in text] == []


def test_it_tells_the_six_leaks(page_of: PageOf) -> None:
    text = page_of("/studies").text
    assert len(LEAKS) == 6
    assert [leak for leak in LEAKS if leak not in text] == []


def test_the_page_is_marked_in_the_menu(client: Any) -> None:
    assert '<a href="/studies" aria-current="page">Does it help?</a>' in client.get("/studies").text


def test_a_card_tells_the_verdict_with_effect_lesions_generators_and_seeds(
    folder: Path, effect: EffectRecord, page_of: PageOf
) -> None:
    page = page_of("/studies")
    read = effect.shares[0].verdict
    assert read is not None
    assert "Synthetic images help With all real images: +16.3 points over the best arm" in page.text
    assert f"(95% interval {between(read.over_real)})" in page.text
    assert "300 lesions, 5 independent generators, 2 classifier seeds." in page.text
    assert {"/studies/00003-effect", "/studies/00003-effect/debunk"} <= set(page.links)


def test_where_there_is_no_outcome_the_next_command_is_told(home: Path, effect: EffectRecord, page_of: PageOf) -> None:
    for number, done in ((4, 2), (5, 0)):
        study = home / "studies" / f"{number:05d}-effect"
        write_text(study / PROTOCOL_NAME, protocol_as_toml(effect.protocol))
        for each in range(done):
            write_text(study / "records" / f"{each}.json", "{}")
    (home / "studies" / "00006-ladder").mkdir()
    page = page_of("/studies")
    assert "2 trainings are done. lesionlab study report 4 works out what they say." in page.text
    assert "No training is done yet." in page.text
    assert "00006-ladder What is each step of the generator's recipe worth? 0 lesionlab study report 6" in page.text
    assert "/studies/00004-effect" not in page.links


def test_the_page_of_a_study_begins_with_the_verdict_and_tells_all(
    folder: Path, effect: EffectRecord, page_of: PageOf, client: FlaskClient
) -> None:
    text = page_of("/studies/00003-effect").text
    parts = ("With all real images: synthetic images help", "Every arm", "Sweeps", "What they are worth")
    parts += ("Each diagnosis, with all real images", "Leaks, looked for", "Openings of the test")
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert [check.title for check in effect.checks if check.title not in text] == []
    assert [arm.title for share in effect.shares for arm in share.arms if arm.title not in text] == []
    assert "The synthetic images gave 52% of what as many new real images gave" in text
    assert client.get("/studies/00003-effect").text.count("forest-plot") == 5  # three shares, two with diagnoses


def test_a_study_that_goes_on_says_what_is_left(home: Path, effect: EffectRecord, page_of: PageOf) -> None:
    [first, *_] = effect.shares
    waiting = replace(first, readings=(), classes=(), metrics=(), worth=None, missing="fold 4 was not trained.")
    write_effect(home / "studies" / "00000-effect", replace(effect, shares=(waiting,), left=12, choice=None))
    text = page_of("/studies/00000-effect").text
    assert "12 trainings that the verdicts rest on are still to be done" in text
    assert "There is no verdict yet: fold 4 was not trained." in text
    assert "nothing to leave a safeguard out of" in page_of("/studies/00000-effect/debunk").text
    assert "Not done yet" in page_of("/studies").text


def test_what_a_missing_safeguard_does_stands_beside_the_verdict(folder: Path, page_of: PageOf, client: FlaskClient):
    address = "/studies/00003-effect/debunk?without=hide-replay&without=one-fold&share=25"
    page = page_of(address)
    assert "The answer is the same without the 2 missing safeguards: the gain" in page.text
    assert "With every safeguard: the verdict" in page.text
    assert "Without: hide replay, one fold" in page.text
    assert "it rests on 60 lesions in place of 300." in page.text
    html = client.get(address).text
    assert html.count('type="checkbox"') == 5
    assert html.count(" checked") == 3
    assert "/studies/00003-effect/debunk?without=one-seed&without=one-fold&share=25" in page.links


def test_sets_that_the_record_lacks_are_said_to_be_missing(home: Path, effect: EffectRecord, page_of: PageOf) -> None:
    singles = tuple(replace(share, readings=share.readings[:6]) for share in effect.shares)
    write_effect(home / "studies" / "00000-effect", replace(effect, shares=singles))
    text = page_of("/studies/00000-effect/debunk?without=hide-replay&without=one-fold").text
    assert "The records do not tell what would be found without these together" in text


def test_files_are_sent_as_files_and_never_shown_as_pages(folder: Path, client: FlaskClient) -> None:
    assert client.get("/studies/00003-effect/report.html").status_code == 404
    (folder / "report.html").write_text("<script>alert(1)</script>")
    for name, suffix in (("report.html", "html"), ("effect.json", "json"), ("effect.csv", "csv")):
        response = client.get(f"/studies/00003-effect/{name}")
        assert response.status_code == 200
        assert response.headers["Content-Disposition"] == f"attachment; filename=00003-effect.{suffix}"
        assert response.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert {"arm", "verdict", "diagnosis"} <= {row["kind"] for row in rows}


@pytest.mark.parametrize(
    "address",
    [
        "/studies/00009-effect",
        "/studies/..%2f..%2fetc/debunk",
        "/studies/00003-effect/protocol.toml",
        "/studies/..%2f00003-effect/effect.json",
    ],
)
def test_nothing_else_is_found(folder: Path, client: FlaskClient, refused, address: str) -> None:
    write_text(folder / "protocol.toml", "title = 1")
    refused(client.get(address), 404)


def test_a_switch_that_is_none_is_refused_with_the_nearest(folder: Path, client: FlaskClient, refused) -> None:
    response = client.get("/studies/00003-effect/debunk?without=hide-replays")
    assert "Did you mean 'hide-replay'?" in refused(response, 400)
