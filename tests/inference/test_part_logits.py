from dataclasses import replace

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from lesionlab.core.errors import ModelError
from lesionlab.core.files import sha256_of
from lesionlab.inference.part_logits import part_logits
from lesionlab.inference.predictor import Predictor
from lesionlab.metrics.classification import softmax
from lesionlab.records.card import read_card, write_card


def test_the_logits_are_those_behind_the_probabilities(tiny_classifier, tiny_data):
    predictor, part = Predictor(tiny_classifier, threads=1), tiny_data.part("validation")
    seen = []
    found = part_logits(predictor, part, lambda done, total, **_: seen.append((done, total)))
    expected = [p.probabilities for p in predictor.predict(list(part.images(16)))]
    assert softmax(found, predictor.card.temperature) == pytest.approx(np.stack(expected), abs=1e-5)
    assert seen[-1] == (len(part.labels), len(part.labels))


def test_weights_that_are_no_numbers_are_told(make_classifier):
    """A training that diverged, and was exported none the less."""
    folder = make_classifier()
    model = onnx.load(folder / "model.onnx")
    (head,) = (tensor for tensor in model.graph.initializer if tensor.name == "head")
    head.CopyFrom(numpy_helper.from_array(np.full_like(numpy_helper.to_array(head), np.nan), "head"))
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    write_card(folder, replace(read_card(folder), weights_sha256=sha256_of(folder / "model.onnx")))
    with pytest.raises(ModelError, match="values that are no numbers"):
        Predictor(folder).predict([np.zeros((8, 8, 3), np.uint8)])
