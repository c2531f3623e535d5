from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from lesionlab.records.card import Metric, read_card, write_card
from lesionlab.web.app import create_app
from lesionlab.web.config import WebConfig
from lesionlab.web.wording import classifier_metric


@pytest.mark.parametrize("role", ["generator", "classifier"])
def test_a_card_tells_where_the_model_comes_from(page_of: Callable[[str], Any], config: WebConfig, role: str) -> None:
    card = read_card(config.folder(role))
    text = page_of(f"/models/{role}").text
    for words in (card.name, card.weights_sha256, card.training.command, card.licence, card.attribution, *card.limits):
        assert " ".join(words.split()) in text


def test_metrics_never_stand_without_their_protocol(page_of: Callable[[str], Any], config: WebConfig) -> None:
    card = read_card(config.classifier)
    text = page_of("/models/classifier").text
    assert card.metrics
    for metric in card.metrics:
        label, sentence = classifier_metric(metric.name)
        assert f"{label} {sentence}".strip() in text
        assert f"{metric.part} {metric.n:,} {metric.unit}" in text


def test_an_interval_and_what_stands_beside_a_figure_are_told(
    config: WebConfig, tmp_path: Path, as_page: Callable[[str], Any]
) -> None:
    shutil.copytree(config.classifier, tmp_path / "measured")
    card = read_card(config.classifier)
    brier = Metric("brier", 0.263, 557, "lesions", "test", low=0.237, high=0.291, ruler={"the prior alone": 0.455})
    recall = Metric("recall", 0.598, 92, "lesions", "test", of="mel", low=0.496, high=0.696)
    write_card(tmp_path / "measured", replace(card, metrics=(brier, recall)))
    client = create_app(WebConfig(config.generator, tmp_path / "measured")).test_client()
    text = as_page(client.get("/models/classifier").text).text
    assert "Brier score The squared distance of probabilities to the truth" in text
    assert "0.263 0.237 to 0.291 the prior alone 0.455 test 557 lesions" in text
    assert "0.598 test 0.496 to 0.696 n = 92" in text


def test_sources_are_told_when_there_are_several_and_external_sets_by_name(config: WebConfig, tmp_path: Path) -> None:
    shutil.copytree(config.classifier, tmp_path / "measured")
    card = read_card(config.classifier)
    training = replace(card.training, images_per_source={"ham10000": 7009, "isic": 1990})
    outside = Metric("accuracy", 0.5, 150, "lesions", "external", data="clinic")
    write_card(tmp_path / "measured", replace(card, training=training, metrics=(outside,)))
    client = create_app(WebConfig(config.generator, tmp_path / "measured")).test_client()
    html = client.get("/models/classifier").text
    assert "ham10000 7,009, isic 1,990 images" in html
    assert "external: clinic" in html
    assert "<dt>Sources</dt>" not in client.get("/models/generator").text


def test_the_confusion_matrix_is_a_table(config: WebConfig, tmp_path: Path) -> None:
    shutil.copytree(config.classifier, tmp_path / "measured")
    counts = tuple(tuple(range(row, row + 7)) for row in range(7))
    card = replace(read_card(config.classifier), confusion=counts, confusion_part="validation")
    write_card(tmp_path / "measured", card)
    client = create_app(WebConfig(config.generator, tmp_path / "measured")).test_client()
    html = client.get("/models/classifier").text
    assert html.count(" right") == len(card.classes)
    assert html.count("heat-") == len(card.classes) ** 2
    assert "style=" not in html


def test_the_sheet_of_samples_is_shown(client: FlaskClient, page_of: Callable[[str], Any]) -> None:
    assert "/models/generator/samples.webp" in page_of("/models/generator").sources
    response = client.get("/models/generator/samples.webp")
    assert response.mimetype == "image/webp"
    assert response.data[:4] == b"RIFF"


def test_a_missing_sheet_and_an_unknown_role_are_404(client: FlaskClient, refused: Callable[..., str]) -> None:
    assert "samples.webp" in refused(client.get("/models/classifier/samples.webp"), 404)
    assert "Did you mean 'generator'?" in refused(client.get("/models/generatr"), 404)


def test_damaged_models_do_not_hide_each_other(damaged: WebConfig, config: WebConfig) -> None:
    client = create_app(WebConfig(damaged.generator, config.classifier)).test_client()
    response = client.get("/models")
    assert response.status_code == 200
    assert "cut or changed" in response.text
    assert read_card(config.classifier).name in response.text
    assert client.get("/models/generator").status_code == 503
    assert client.get("/models/classifier").status_code == 200


def test_a_card_of_another_version_is_refused(config: WebConfig, tmp_path: Path, refused: Callable[..., str]) -> None:
    shutil.copytree(config.classifier, tmp_path / "future")
    path = tmp_path / "future" / "card.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "card_version": 99}))
    client = create_app(WebConfig(config.generator, tmp_path / "future")).test_client()
    assert "card version 99" in refused(client.get("/models/classifier"), 503)
    assert "card version 99" in refused(client.get("/classify"), 503)


def test_a_mended_model_needs_no_restart(damaged: WebConfig, config: WebConfig) -> None:
    client = create_app(damaged).test_client()
    assert client.get("/models/classifier").status_code == 503
    shutil.copy(config.classifier / "model.onnx", damaged.classifier / "model.onnx")
    assert client.get("/models/classifier").status_code == 200


def test_a_generators_agreement_names_its_judge_and_is_no_recall(config: WebConfig, tmp_path: Path) -> None:
    folder = shutil.copytree(config.generator, tmp_path / "generator")
    card = read_card(folder)
    classes = len(card.classes)
    counts = tuple(tuple(3 if row == column else 1 for column in range(classes)) for row in range(classes))
    agreement = Metric("agreement", 1 / 3, 9 * classes, "images", "synthetic", "abcdef012345")
    write_card(folder, replace(card, metrics=(agreement,), confusion=counts, confusion_part="synthetic"))
    client = create_app(WebConfig(folder, config.classifier)).test_client()
    page = client.get("/models/generator").text
    assert "Agreement with the diagnosis asked for" in page
    assert "abcdef012345" in page
    assert "33.3%" in page
    assert "Recall" not in page


def test_a_generators_figures_stand_beside_real_images_and_by_diagnosis(config: WebConfig, tmp_path: Path) -> None:
    shutil.copytree(config.generator, tmp_path / "measured")
    ruler = {"real images": 0.00012, "blur 2 px": 0.5, "beside faithful DCGAN": 0.0987}
    kid = Metric("kid", 0.0123, 745, "images", "test", of="macro", space="vgg@0/64px", low=0.01, high=0.02, ruler=ruler)
    of_mel = replace(kid, of="mel", value=0.0456, n=82)
    fid = replace(kid, name="fid", of="", value=84.125, caveat="biased upwards: 745 images")
    planted = replace(kid, name="copies_found", of="blended 80/20", value=0.37, ruler={"real images": 0.01}, n=100)
    metrics = (kid, fid, of_mel, planted)
    write_card(tmp_path / "measured", replace(read_card(config.generator), metrics=metrics))
    client = create_app(WebConfig(tmp_path / "measured", config.classifier)).test_client()
    html = client.get("/models/generator").text
    for words in (
        "0.0123",
        "0.01 to 0.02",
        "0.00012",
        "84.1",
        "FID is biased upwards: 745 images.",
        "vgg@0/64px",
        "Faithful DCGAN",
        "0.0987",
    ):
        assert words in html
    assert html.index("By diagnosis") < html.index("0.0456") < html.index("n = 82")
    assert html.index("Planted copies") < html.index("blended 80/20") < html.index("37.0%")
    assert "<dd>0.0123" in client.get("/models").text
