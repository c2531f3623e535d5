from __future__ import annotations

from dataclasses import replace

from apiflask import APIFlask

from lesionlab.data.prepared import PreparedData
from lesionlab.records.card import read_card
from lesionlab.web.config import WebConfig
from lesionlab.web.real_images import prepared, real_images


def test_they_are_training_images_of_the_diagnoses_asked_for(
    app: APIFlask, config: WebConfig, data_at_hand: PreparedData
) -> None:
    card = read_card(config.generator)
    with app.test_request_context():
        shown = real_images(card, ("mel", "nv"), 2, seed=1)
        again = real_images(card, ("mel", "nv"), 2, seed=1)
        others = real_images(card, ("mel", "nv"), 2, seed=2)
    assert [image.diagnosis.code for image in shown] == ["mel", "mel", "nv", "nv"]
    assert {image.image_id for image in shown} <= set(data_at_hand.part("train").image_ids)
    assert shown == again != others


def test_there_are_none_without_the_data_or_the_size(app: APIFlask, config: WebConfig, data_at_hand: PreparedData):
    card = read_card(config.generator)
    other_size = replace(card, image=replace(card.image, size_px=48))
    other_data = replace(card, training=replace(card.training, data="elsewhere"))
    with app.test_request_context():
        assert real_images(other_size, ("mel",), 2, 1) == real_images(other_data, ("mel",), 2, 1) == ()


def test_a_set_is_opened_once(app: APIFlask, data_at_hand: PreparedData) -> None:
    with app.test_request_context():
        assert prepared("tiny") is prepared("tiny")
