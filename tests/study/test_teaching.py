from dataclasses import replace

import numpy as np
import pytest
import torch

from lesionlab.records.options import ClassifierOptions
from lesionlab.study.teaching import teach
from lesionlab.training.classifier_trainee import ClassifierTrainee
from lesionlab.training.filling import Filling

OPTIONS = ClassifierOptions(
    image_size_px=16,
    architecture="small-cnn",
    width=0.25,
    total_kimg=0.8,
    batch_size=16,
    warmup_kimg=0.1,
    ema_halflife_kimg=0.05,
    dropout=0,
    augmentation="none",
    class_temperature=1.0,
    lr=3e-3,
    threads=1,
)
CLASSES = ("dark", "bright")
LABELS = np.repeat([0, 1], [30, 10])


def shades(labels: np.ndarray) -> np.ndarray:
    noise = np.random.default_rng(0).integers(0, 60, (len(labels), 16, 16, 3))
    return np.asarray(noise + 180 * labels[:, None, None, None], np.uint8)


def accuracy(taught) -> float:
    return float((taught.probabilities(shades(LABELS)).argmax(axis=1) == LABELS).mean())


def test_it_learns_what_it_is_taught():
    taught = teach(OPTIONS, shades(LABELS), LABELS, CLASSES)
    assert not taught.diverged
    assert accuracy(taught) > 0.95
    assert taught.probabilities(shades(LABELS)).sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_slots_filled_with_the_opposite_teach_the_opposite():
    opposite = Filling(shades(1 - LABELS), LABELS, dose=1.0)
    assert accuracy(teach(OPTIONS, shades(LABELS), LABELS, CLASSES, opposite)) < 0.05


def test_the_same_seed_teaches_the_same(monkeypatch):
    one, same, other = (
        teach(replace(OPTIONS, seed=seed, total_kimg=0.1), shades(LABELS), LABELS, CLASSES) for seed in (1, 1, 2)
    )
    assert np.array_equal(*(each.probabilities(shades(LABELS)) for each in (one, same)))
    assert not np.array_equal(*(each.probabilities(shades(LABELS)) for each in (one, other)))


def test_a_training_that_diverges_ends_and_knows_how_frequent_the_classes_are(monkeypatch):
    step = ClassifierTrainee.step

    def broken(self):
        figures = step(self)
        return figures if self.steps < 3 else figures | {"loss": torch.tensor(float("nan"))}

    monkeypatch.setattr(ClassifierTrainee, "step", broken)
    taught = teach(OPTIONS, shades(LABELS), LABELS, CLASSES)
    assert taught.diverged
    assert taught.trainee.steps == 3
    assert taught.probabilities(shades(LABELS[:5])) == pytest.approx(np.tile([0.75, 0.25], (5, 1)))
