from dataclasses import replace

import numpy as np
import pytest
import torch

from lesionlab.core.errors import DataError
from lesionlab.training.batches import Batches, class_probabilities
from lesionlab.training.draws import Draws
from lesionlab.training.filling import FilledBatches, Filling

CLASSES = ("mel", "nv", "vasc")
LABELS = np.repeat(np.arange(3), (10, 60, 5))
CPU = torch.device("cpu")
BATCH = 64


def images(value: int, labels: np.ndarray) -> np.ndarray:
    """Images that tell where they come from: red, and which they are: green."""
    made = np.zeros((len(labels), 2, 2, 3), np.uint8)
    made[..., 0] = value
    made[..., 1] = np.arange(len(labels))[:, None, None]
    return made


FILLING = Filling(images(200, LABELS), LABELS, dose=0.5)


def batches(filling: Filling | None) -> FilledBatches:
    probabilities = class_probabilities(LABELS, CLASSES, 0.5)
    return FilledBatches(images(100, LABELS), LABELS, probabilities, CPU, filling)


def drawn(made: Batches, step: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what a step draws: where from, which image, labels."""
    pixels, label = made.draw(Draws(0, "step", step, CPU, BATCH))
    values = np.rint((pixels.permute(0, 2, 3, 1).numpy()[:, 0, 0] + 1) * 127.5).astype(int)
    return values[:, 0], values[:, 1], label.numpy()


def test_a_slot_is_filled_with_the_chance_of_the_dose_and_keeps_its_diagnosis():
    made = batches(FILLING)
    made.advance(0)
    steps = [drawn(made, step) for step in range(60)]
    filled = np.concatenate([source == 200 for source, _, _ in steps])
    assert filled.mean() == pytest.approx(0.5, abs=0.03)
    assert all(np.array_equal(LABELS[which], label) for _, which, label in steps)


def test_arms_differ_in_nothing_but_what_is_filled():
    made = {
        "real": batches(None),
        "replay": batches(replace(FILLING, images=images(150, LABELS))),
        "synthetic": batches(FILLING),
    }
    for each in made.values():
        each.advance(0)
    for step in range(20):
        found = {name: drawn(each, step) for name, each in made.items()}
        real, synthetic = found["real"], found["synthetic"]
        for name in ("replay", "synthetic"):
            assert np.array_equal(found[name][2], real[2])
            own = found[name][0] == 100
            assert np.array_equal(found[name][1][own], real[1][own])
        assert np.array_equal(found["replay"][0] == 150, synthetic[0] == 200)
        assert np.array_equal(found["replay"][1], synthetic[1])


def test_arms_share_what_is_drawn_after_the_images():
    rest = []
    for filling in (None, FILLING, replace(FILLING, dose=1.0)):
        made, draws = batches(filling), Draws(0, "step", 3, CPU, BATCH)
        made.advance(0)
        made.draw(draws)
        rest.append(draws.uniform(4))
    assert torch.equal(rest[0], rest[1])
    assert torch.equal(rest[0], rest[2])


def test_pretraining_fills_every_slot_up_to_its_share_and_none_after():
    made = batches(Filling(FILLING.images, LABELS, dose=1.0, pretraining=0.3))
    for done, expected in ((0.0, 200), (0.29, 200), (0.3, 100), (0.99, 100)):
        made.advance(done)
        assert set(drawn(made, 1)[0].tolist()) == {expected}


def test_a_filling_without_a_class_is_refused():
    with pytest.raises(DataError, match="none of 1 of 3 classes"):
        batches(Filling(FILLING.images[:70], LABELS[:70], 0.5))
