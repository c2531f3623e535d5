import numpy as np
import pytest

from lesionlab.evaluation.agreement import Decided, agreement_metrics, decide
from lesionlab.inference.predictor import Predictor
from lesionlab.records.card import Metric

TEMPLATE = Metric("agreement", 0.0, 0, "images", "synthetic", "judge")
CLASSES = ("mel", "nv")


def decided(mel: int, nv: int, n: int = 50) -> Decided:
    """So many of n images of each class decided rightly."""
    asked = np.repeat([0, 1], n)
    right = np.concatenate([np.arange(n) < mel, np.arange(n) < nv])
    return Decided(asked, np.where(right, asked, 1 - asked))


def test_agreement_is_the_mean_over_the_classes_and_stands_beside_that_on_real_images():
    found = agreement_metrics(decided(40, 20), decided(9, 7, n=10), CLASSES, TEMPLATE)
    assert [(m.of, m.n) for m in found] == [("macro", 100), ("mel", 50), ("nv", 50)]
    assert [m.value for m in found] == pytest.approx([0.6, 0.8, 0.4])
    assert [m.ruler for m in found] == [{"real images": pytest.approx(v)} for v in (0.8, 0.9, 0.7)]
    assert [m.caveat for m in found] == [f"real images: n = {n}" for n in (20, 10, 10)]
    assert {(m.judge, m.part) for m in found} == {("judge", "synthetic")}


def test_the_interval_is_that_of_a_share():
    _, mel, _ = agreement_metrics(decided(40, 20), None, CLASSES, TEMPLATE)
    error = np.sqrt(0.8 * 0.2 / 50)
    assert mel.high - mel.low == pytest.approx(2 * 1.96 * error, rel=0.15)
    assert mel.ruler == {}


def test_a_few_images_have_no_interval_and_a_class_without_real_ones_no_ruler():
    real = Decided(np.array([0, 0]), np.array([0, 0]))
    macro, mel, nv = agreement_metrics(decided(2, 1, n=3), real, CLASSES, TEMPLATE)
    assert (mel.low, mel.high) == (None, None)
    assert (macro.ruler, mel.ruler, nv.ruler) == ({}, {"real images": 1.0}, {})


def test_a_classifier_decides_about_every_image_in_order(tiny_classifier, tiny_data):
    predictor, part = Predictor(tiny_classifier), tiny_data.part("validation")
    images = part.images(16)
    found = decide(predictor, images, part.labels)
    expected = [predictor.card.classes.index(p.decision) for p in predictor.predict(list(images))]
    assert found.decided.tolist() == expected
    assert found.of_class(2).tolist() == [d == 2 for d, label in zip(expected, part.labels, strict=True) if label == 2]
