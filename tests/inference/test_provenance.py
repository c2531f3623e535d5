from __future__ import annotations

import io
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image

from lesionlab.core.imaging import decode
from lesionlab.core.png import encode_png
from lesionlab.core.synthetic_mark import DIGITAL_SOURCE_TYPE
from lesionlab.inference.provenance import pairs_png, projection_png, read_provenance, recipes_in, synthetic_png
from lesionlab.inference.recipe import KeptLatent, Recipe
from lesionlab.inference.sampler import Sampler

RECIPE = Recipe(41, "mel")


@pytest.fixture
def made(make_generator) -> tuple[Sampler, np.ndarray, bytes]:
    sampler = Sampler(make_generator(name="generator"))
    pixels = sampler.sample([RECIPE])[0]
    return sampler, pixels, synthetic_png(pixels, sampler.card, RECIPE)


def test_pixels_are_untouched(made):
    _, pixels, content = made
    assert np.array_equal(decode(content), pixels)


def test_record_is_enough_to_make_the_image_again(made):
    sampler, pixels, content = made
    record = read_provenance(content)
    assert record is not None
    assert record["synthetic"] is True
    assert record["model_sha256"] == sampler.card.weights_sha256
    again = sampler.sample([Recipe(record["seed"], record["diagnosis"])])[0]
    assert np.array_equal(again, pixels)


def test_text_says_what_it_is_and_its_licence(made):
    _, _, content = made
    with Image.open(io.BytesIO(content)) as image:
        text = dict(image.info)
    assert text["Title"] == "Synthetic dermoscopic image: Melanoma"
    assert "CC BY-NC 4.0" in text["Copyright"]
    assert "Tschandl" in text["Copyright"]
    assert "Not a diagnosis." in text["Disclaimer"]


def test_xmp_carries_the_digital_source_type(made):
    _, _, content = made
    with Image.open(io.BytesIO(content)) as image:
        packet = image.info["XML:com.adobe.xmp"]
    body = packet[packet.index("<x:xmpmeta") : packet.rindex("<?xpacket")]
    (found,) = ElementTree.fromstring(body).iter("{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType")
    assert found.text == DIGITAL_SOURCE_TYPE
    assert DIGITAL_SOURCE_TYPE.endswith("/trainedAlgorithmicMedia")


def test_markup_in_a_card_cannot_break_the_packet(make_generator):
    card = Sampler(make_generator(licence="<a & b>", attribution="]]>\"'")).card
    content = synthetic_png(np.zeros((8, 8, 3), np.uint8), card, RECIPE)
    with Image.open(io.BytesIO(content)) as image:
        packet = image.info["XML:com.adobe.xmp"]
    ElementTree.fromstring(packet[packet.index("<x:xmpmeta") : packet.rindex("<?xpacket")])
    assert read_provenance(content)["licence"] == "<a & b>"  # type: ignore[index]


def test_same_input_gives_the_same_bytes(made):
    sampler, pixels, content = made
    assert synthetic_png(pixels, sampler.card, RECIPE) == content


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no image",
        encode_png(np.zeros((2, 2, 3), np.uint8)),
        encode_png(np.zeros((2, 2, 3), np.uint8), {"LesionLab": "no json"}),
        encode_png(np.zeros((2, 2, 3), np.uint8), {"LesionLab": "[1]"}),
    ],
)
def test_foreign_bytes_carry_none(content):
    assert read_provenance(content) is None


def test_cut_file_gives_the_record_or_none(made):
    _, _, content = made
    for length in range(0, len(content), 97):
        found = read_provenance(content[:length])
        assert found is None or found["seed"] == 41


def test_a_projection_says_that_it_was_sought_and_pairs_that_they_are_synthetic_in_part(made):
    card, pixels = made[0].card, np.zeros((8, 8, 3), np.uint8)
    content = projection_png(pixels, card, KeptLatent((0.5, -1.0), "mel"))
    record = read_provenance(content)
    assert record["projection"] is True
    assert recipes_in(record) == (KeptLatent((0.5, -1.0), "mel"),)
    assert b"shows no patient" not in content
    assert b"sought among its images to resemble a given one" in content
    pairs = pairs_png(pixels, card)
    assert b"compositeWithTrainedAlgorithmicMedia" in pairs
    assert read_provenance(pairs)["synthetic"] == "in part"
    assert decode(pairs).shape == (8, 8, 3)
