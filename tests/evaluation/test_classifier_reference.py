import numpy as np
import pytest

from lesionlab.evaluation.classifier_reference import make_classifier_reference
from lesionlab.evaluation.reference import learned_part
from lesionlab.inference.predictor import Predictor
from lesionlab.records.seen_groups import read_seen_groups


@pytest.fixture(scope="module")
def predictor(tiny_classifier) -> Predictor:
    return Predictor(tiny_classifier)


def test_a_reference_holds_what_the_classifier_sees_of_each_training_image(predictor, tiny_data):
    card = predictor.card
    learned = learned_part(tiny_data, read_seen_groups(predictor.folder, card))
    made = make_classifier_reference(predictor, learned)
    assert (made.facts.weights_sha256, made.facts.groups_sha256) == (card.weights_sha256, card.groups_sha256)
    assert made.facts.sources == ("procedural",)
    assert made.labels.tolist() == learned.labels.tolist()
    (prediction,) = predictor.predict([learned.images(16)[7]])
    exact = made.axes.project(prediction.features[None])
    assert np.abs(made.features[7] - exact).max() <= 0.51 * made.axes.steps.max()
