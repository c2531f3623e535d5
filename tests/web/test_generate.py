from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.data.prepared import PreparedData
from lesionlab.inference.provenance import read_provenance
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.reference import read_reference, write_reference
from lesionlab.inference.sampler import Sampler
from lesionlab.records.card import read_card
from lesionlab.web.app import create_app
from lesionlab.web.config import WebConfig
from lesionlab.web.copies import novelty_filter


def images_of(page: Any) -> list[str]:
    return [source for source in page.sources if source.startswith("/synthetic/")]


def test_the_address_is_the_recipe(page_of: Callable[[str], Any]) -> None:
    page = page_of("/generate?diagnosis=nv&count=12&seed=7")
    names = [address.split("/")[-2:] for address in images_of(page)]
    assert names == [["nv", f"{seed}.png"] for seed in range(7, 19)]
    assert "Seeds 7 to 18" in page.text
    assert "/generate?diagnosis=nv&count=12&seed=19" in page.links
    assert "/generate?diagnosis=nv&count=12&seed=7" in page.links


def test_each_image_can_be_classified_and_downloaded(page_of: Callable[[str], Any], client: FlaskClient) -> None:
    page = page_of("/generate?diagnosis=df&count=1&seed=4")
    assert "/classify?synthetic=df:4" in page.links
    [download] = [link for link in page.links if link.endswith("?download")]
    assert client.get(download).headers["Content-Disposition"].startswith('attachment; filename="synthetic-df-4-')


def test_all_seven_is_a_choice_and_the_default(page_of: Callable[[str], Any]) -> None:
    page = page_of("/generate?diagnosis=all&count=7&seed=1")
    assert [address.split("/")[-2] for address in images_of(page)] == list(HAM10000_CODES)
    assert len(images_of(page_of("/generate"))) == 21


def test_one_image_is_one_image(page_of: Callable[[str], Any]) -> None:
    text = page_of("/generate?diagnosis=mel&count=1&seed=0").text
    assert "1 synthetic image: Melanoma" in text
    assert "from seed 0 ·" in text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("diagnosis=melx", "Did you mean 'mel'?"),
        ("count=0", "Count 0 is outside 1..64."),
        ("count=10000", "Count 10,000 is outside 1..64."),
        ("seed=text", "Seed is 'text', which is no whole number."),
        ("diagnosis=<script>", "Unknown diagnosis '<script>'."),
    ],
)
def test_a_bad_recipe_is_refused_beside_the_form(
    client: FlaskClient, refused: Callable[..., str], query: str, words: str
) -> None:
    response = client.get(f"/generate?{query}")
    assert words in refused(response, 400)
    assert "<script>'" not in response.text
    assert 'name="seed"' in response.text


def test_what_was_typed_stays_in_the_form(client: FlaskClient) -> None:
    assert 'value="10000"' in client.get("/generate?diagnosis=nv&count=10000").text


def test_a_damaged_generator_is_named(damaged: WebConfig, refused: Callable[..., str]) -> None:
    text = refused(create_app(damaged).test_client().get("/generate"), 503)
    assert "cut or changed" in text


def test_a_mix_chosen_in_the_form_gets_an_address_of_its_own(
    client: FlaskClient, page_of: Callable[[str], Any]
) -> None:
    response = client.get("/generate?diagnosis=mix&of=nv&of=mel&count=4&seed=2&truncation=")
    assert response.status_code == 302
    assert response.headers["Location"] == "/generate?diagnosis=nv,mel&count=4&seed=2"
    names = [a.split("/")[-2:] for a in images_of(page_of(response.headers["Location"]))]
    assert names == [["mel", "2.png"], ["nv", "2.png"], ["mel", "3.png"], ["nv", "3.png"]]


def test_a_mix_of_nothing_is_refused(client: FlaskClient, refused: Callable[..., str]) -> None:
    assert "Unknown diagnosis 'mix'" in refused(client.get("/generate?diagnosis=mix"), 400)


def test_truncation_goes_with_each_image_and_back_into_the_form(page_of: Callable[[str], Any], client: FlaskClient):
    address = "/generate?diagnosis=nv&count=2&seed=7&truncation=0.5"
    assert [source.partition("?")[2] for source in images_of(page_of(address))] == ["truncation=0.5"] * 2
    assert 'value="0.5"' in client.get(address).text
    assert "/classify?synthetic=nv:8:0.5" in page_of(address).links
    plain, truncated = (client.get(images_of(page_of(a))[0]).data for a in (address.partition("&trunc")[0], address))
    assert plain != truncated
    assert read_provenance(truncated)["truncation"] == 0.5  # type: ignore[index]


def test_the_form_goes_out_before_the_first_image_is_made(config: WebConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    sample = Sampler.sample
    monkeypatch.setattr(Sampler, "sample", lambda self, recipes: made.append(len(recipes)) or sample(self, recipes))
    response = create_app(config).test_client().get("/generate?count=32", buffered=False)
    pieces = response.iter_encoded()
    assert b"<form" in next(pieces)
    assert made == []
    assert next(pieces).count(b'class="tile"') == 16
    assert made == [16]
    response.close()


def test_agreement_is_the_classifier_s_score_of_the_diagnosis_asked_for(
    page_of: Callable[[str], Any], client: FlaskClient
) -> None:
    page = page_of("/generate?diagnosis=mel&count=1&seed=4")
    [image] = images_of(page)
    sent = {"image": (io.BytesIO(client.get(image).data), "one.png")}
    score = client.post("/api/v1/classify", data=sent).get_json()["probabilities"]["mel"]
    assert f"agreement {score:.1%}" in page.text


def test_where_copies_cannot_be_told_it_says_why_and_refuses_to_withhold(client: FlaskClient, refused) -> None:
    page = client.get("/generate?count=1").text
    assert "holds no reference.npz" in page
    assert 'name="novel"' not in page
    assert "lesionlab gan reference" in refused(client.get("/generate?count=1&novel=1"), 409)


def test_copies_are_withheld_and_later_seeds_take_their_place(knowing, as_page: Callable[[str], Any]) -> None:
    config = knowing(0.0)
    novel = novelty_filter(config.generator)
    images = Sampler(config.generator).sample([Recipe(seed, "nv") for seed in range(1, 9)])
    ratios = novel.scores(images, ["nv"] * 8)
    limit = float(np.mean(sorted(ratios)[3:5]))  # between two of them: another pass has other last digits
    reference = read_reference(config.generator, read_card(config.generator))
    write_reference(config.generator, replace(reference, facts=replace(reference.facts, limit=limit)))
    strict = create_app(config).test_client()
    page = as_page(strict.get("/generate?diagnosis=nv&count=8&seed=1&novel=1").text)
    shown = [int(source.split("/")[-1].partition(".")[0]) for source in images_of(page)]
    assert len(shown) == 8
    assert set(range(1, 9)) - set(shown) == {i + 1 for i, ratio in enumerate(ratios) if ratio < limit}
    file = zipfile.ZipFile(io.BytesIO(strict.get("/generate/set.zip?diagnosis=nv&count=8&seed=1&novel=1").data))
    assert [int(row["seed"]) for row in _manifest(file)] == shown
    assert any(name.endswith("/withheld.csv") for name in file.namelist())


def test_where_nearly_all_are_copies_it_ends_and_says_so(knowing, as_page: Callable[[str], Any], refused) -> None:
    client = create_app(knowing(1e9)).test_client()
    page = as_page(client.get("/generate?diagnosis=nv&count=1&novel=1").text)
    assert "1 of 1 images are missing" in page.text
    assert "Made 20, withheld 20." in page.text
    assert "withhold too much" in refused(client.get("/generate/set.zip?diagnosis=nv&count=1&novel=1"), 400)


def test_a_set_is_one_file_with_manifest_and_licence(client: FlaskClient) -> None:
    response = client.get("/generate/set.zip?diagnosis=mel,nv&count=3&seed=7")
    assert response.headers["Content-Disposition"].startswith('attachment; filename="synthetic-mel-nv-3-seed-7-')
    file = zipfile.ZipFile(io.BytesIO(response.data))
    assert [(row["diagnosis"], row["seed"]) for row in _manifest(file)] == [("mel", "7"), ("nv", "7"), ("mel", "8")]
    held = {name.split("/")[1]: file.read(name) for name in file.namelist()}
    for row in _manifest(file):
        record = read_provenance(held[row["file"]])
        assert record is not None
        assert (record["seed"], record["model_sha256"]) == (int(row["seed"]), row["model_sha256"])
    assert "Licence: " in held["LICENCE.txt"].decode()
    assert client.get("/generate/set.zip?diagnosis=mel,nv&count=3&seed=7").data == response.data


def test_real_images_stand_beside_where_the_data_is_at_hand(data_at_hand: PreparedData, page_of) -> None:
    page = page_of("/generate?diagnosis=nv&count=2&seed=3")
    shown = [source for source in page.sources if source.startswith("data:image/png")]
    assert len(shown) == 7
    trained = set(data_at_hand.part("train").image_ids)
    assert sum(image_id in page.text for image_id in trained) == 7


def test_without_the_data_it_says_how_to_bring_it(page_of: Callable[[str], Any]) -> None:
    assert "lesionlab data prepare" in page_of("/generate?count=1").text


def _manifest(file: zipfile.ZipFile) -> list[dict[str, str]]:
    [name] = [name for name in file.namelist() if name.endswith("/manifest.csv")]
    return list(csv.DictReader(io.StringIO(file.read(name).decode())))
