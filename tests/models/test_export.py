"""The engine that serves agrees with torch on the probe that the export carries."""

import numpy as np
import pytest

from lesionlab.inference.engine import load_engine
from lesionlab.records.card import PROBE_NAME, WEIGHTS_NAME, check_weights, read_card

TOLERANCE = {"image": 2 / 255, "logits": 1e-3, "features": 1e-3, "maps": 1e-3}


@pytest.mark.parametrize("kind", ["generator", "classifier", "extractor"])
def test_engine_and_torch_agree(kind, tiny_generator, tiny_classifier, tiny_extractor):
    folder = {"generator": tiny_generator, "classifier": tiny_classifier, "extractor": tiny_extractor}[kind]
    probe = dict(np.load(folder / PROBE_NAME, allow_pickle=False))
    inputs = {"latent": probe["latent"], "mix": probe["mix"]} if kind == "generator" else {"image": probe["image"]}
    outputs = load_engine(folder / WEIGHTS_NAME).run(inputs)
    assert set(outputs) == set(probe) - set(inputs)
    for name, found in outputs.items():
        expected = probe[name]
        assert np.abs(expected).max() > 1e-4, f"the probe's {name} is all zero and shows nothing"
        assert np.abs(found - expected).max() <= TOLERANCE[name] * max(1.0, float(np.abs(expected).max())), name


def test_the_card_pins_the_weights(tiny_generator):
    assert check_weights(tiny_generator, read_card(tiny_generator)) == tiny_generator / WEIGHTS_NAME


def test_an_extractors_kernels_take_two_bytes_each(tiny_extractor):
    card = read_card(tiny_extractor)
    assert (tiny_extractor / WEIGHTS_NAME).stat().st_size < 2.2 * card.parameters + 20_000
