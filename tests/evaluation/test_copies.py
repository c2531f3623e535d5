import shutil

import numpy as np
import pytest
from small_reference import extractors, pictures, small_reference

from lesionlab.evaluation.copies import copy_metrics
from lesionlab.inference.novelty import Novelty
from lesionlab.inference.reference import write_reference
from lesionlab.records.card import CARD_NAME, Metric, read_card

TRAINING = pictures(100, 0)
CLASSES = ("mel", "nv")
TEMPLATE = Metric("", 0.0, 0, "images", "validation")
UNSEEN = (pictures(80, 5), np.zeros(80, np.int64))


@pytest.fixture(scope="module")
def novelty(tmp_path_factory, tiny_generator):
    """A reference of a hundred random pictures, in the export of a generator that saw others."""
    folder = tmp_path_factory.mktemp("export")
    shutil.copy(tiny_generator / CARD_NAME, folder)
    write_reference(folder, small_reference(TRAINING, read_card(folder).groups_sha256, limit=0.4))
    return Novelty(folder, extractors())


def replayed(n: int) -> np.ndarray:
    """What a generator gives that knows a hundred images by heart: these, a little changed."""
    draw = np.random.default_rng(3)
    chosen = TRAINING[draw.integers(0, 100, n)].astype(float)
    return np.clip(chosen + draw.normal(scale=6, size=(n, 1, 1, 3)), 0, 255).astype(np.uint8)


def of(metrics, name, scope=""):
    return next(m for m in metrics if (m.name, m.of) == (name, scope))


def test_a_generator_that_knows_a_hundred_images_by_heart_rings_the_alarm(novelty):
    found, compared = copy_metrics(novelty, (replayed(80), UNSEEN[1]), UNSEEN, CLASSES, TEMPLATE)
    copies = of(found, "copies")
    assert copies.value > 0.95
    assert copies.low > 0.9 > copies.ruler["real images"]
    assert of(found, "authenticity").value < 0.4 < of(found, "authenticity").ruler["real images"]
    membership = of(found, "membership_auc")
    assert membership.low > 0.6 > membership.ruler["chance"]
    assert (compared.ratios < novelty.limit).mean() == copies.value


def test_an_honest_generator_does_not(novelty):
    found, _ = copy_metrics(novelty, (pictures(80, 9), UNSEEN[1]), UNSEEN, CLASSES, TEMPLATE)
    copies = of(found, "copies")
    assert copies.value <= 0.03
    assert copies.low == pytest.approx(0, abs=0.01)
    assert copies.high > 0.02
    membership = of(found, "membership_auc")
    assert membership.low < 0.5 < membership.high
    assert of(found, "authenticity").low < of(found, "authenticity").ruler["real images"] * 1.1


def test_images_of_elsewhere_say_nothing_of_membership(novelty):
    template = Metric("", 0.0, 0, "images", "external", data="clinic")
    found, _ = copy_metrics(novelty, (pictures(80, 9), UNSEEN[1]), UNSEEN, CLASSES, template)
    assert {m.name for m in found} == {"copies", "authenticity"}


def test_classes_are_told_apart_with_their_n(novelty):
    labels = np.repeat([0, 1], 40)
    fake = np.concatenate([pictures(40, 9), replayed(40)])
    found, _ = copy_metrics(novelty, (fake, labels), (UNSEEN[0], labels), CLASSES, TEMPLATE)
    assert of(found, "copies", "mel").value < 0.1 < 0.9 < of(found, "copies", "nv").value
    assert (of(found, "copies", "nv").n, of(found, "copies").n) == (40, 80)
    assert {m.space.count("squares-") for m in found} == {2}
