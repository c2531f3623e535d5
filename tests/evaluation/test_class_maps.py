"""Class activation maps: they depend on the weights (Adebayo et al. 2018), and deleting what they name tells."""

from __future__ import annotations

import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from lesionlab.core.errors import InputError
from lesionlab.data.procedural import procedural_lesion
from lesionlab.evaluation.class_maps import deleted, deletion, deletion_text, rank_correlation
from lesionlab.inference.catalogue import classifier_folder
from lesionlab.inference.predictor import Prediction, Predictor
from lesionlab.models.vgg19 import Vgg19


class RedSpots:
    """A predictor that sees redness in the quarters of an image: its maps are known."""

    card = SimpleNamespace(classes=("red", "other"), image=SimpleNamespace(size_px=16))

    def predict(self, images):
        return [self._predict(image.astype(np.float32)) for image in images]

    def _predict(self, image):
        redness = (image[..., 0] - image[..., 1]).reshape(4, 4, 4, 4).mean(axis=(1, 3)) / 255
        maps = np.stack([redness, -redness])
        return Prediction(np.array([1, 0], np.float32), "red", maps, np.zeros(1, np.float32))


def _spotted() -> np.ndarray:
    image = np.full((16, 16, 3), 180, np.uint8)
    image[4:12, 4:8] = (230, 30, 30)
    return image


def test_what_the_map_names_is_deleted_first_and_costs_the_most():
    found = deletion(RedSpots(), _spotted()[None])
    # 2 of 16 cells hold the evidence: after one half is lost, after two all of it.
    assert found.by_map == pytest.approx([(1 + 0.5) / 17])
    assert found.least_first == pytest.approx([(15 + 0.5) / 17])
    assert found.by_map[0] < found.by_chance[0] < found.least_first[0]
    assert found.ahead == 1
    text = deletion_text(found, "drawn", "validation")
    assert "drawn, validation: 1 images" in text
    assert re.search(r"by the map +0\.088", text)
    assert "in 100.0% of the images (95% interval 20.7% to 100.0%)" in text


def test_deleting_lays_the_colour_of_the_rim_over_one_cell_after_the_other():
    steps = deleted(_spotted(), np.array([5, 0]), (4, 4))
    assert len(steps) == 2
    assert (steps[0][4:8, 4:8] == 180).all()
    assert np.array_equal(steps[1][4:8, 4:8], steps[0][4:8, 4:8])
    assert (steps[1][8:12, 4:8] == (230, 30, 30)).all()


def test_images_without_evidence_are_told():
    with pytest.raises(InputError, match="No image's evidence falls"):
        deletion(RedSpots(), np.full((1, 16, 16, 3), 90, np.uint8))


def test_rank_correlation_is_of_the_order_alone():
    one = np.array([[1, 2], [3, 4]], np.float32)
    assert rank_correlation(one, np.exp(one)) == pytest.approx(1)
    assert rank_correlation(one, -one) == pytest.approx(-1)
    assert rank_correlation(one, np.ones_like(one)) == 0


def _maps(network: Vgg19, images: np.ndarray) -> np.ndarray:
    values = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1
    with torch.no_grad():
        logits, _, maps = network.eval().explain(values)
    return maps[torch.arange(len(images)), logits.argmax(dim=1)].numpy()


def test_other_weights_give_other_maps():
    images = np.stack([procedural_lesion(code, seed, 64) for code in ("mel", "vasc", "nv") for seed in range(4)])
    torch.manual_seed(0)
    trained, other = Vgg19(7, width=0.125), Vgg19(7, width=0.125)
    maps, others = _maps(trained, images), _maps(other, images)
    again = [rank_correlation(*pair) for pair in zip(maps, _maps(trained, images), strict=True)]
    changed = [abs(rank_correlation(*pair)) for pair in zip(maps, others, strict=True)]
    assert again == pytest.approx([1] * len(images))
    assert np.median(changed) < 0.7


@pytest.mark.data
def test_the_released_maps_depend_on_what_was_learned_and_name_what_the_class_goes_by(test_data):
    """On real images; the released network against one of its shape with weights drawn at random."""
    from lesionlab.core.imaging import read_for_model, square

    files = sorted((test_data / "ham10000" / "HAM10000_images_part_1").glob("*.jpg"))[:48]
    images = np.stack([square(read_for_model(path), 64) for path in files])
    predictor = Predictor(classifier_folder())
    found = predictor.predict(list(images))
    learned = [each.maps[predictor.card.classes.index(each.decision)] for each in found]
    torch.manual_seed(0)
    width = float(predictor.card.training.options["width"])
    drawn = _maps(Vgg19(len(predictor.card.classes), width), images)
    alike = [rank_correlation(*pair) for pair in zip(learned, drawn, strict=True)]
    assert np.mean(alike) < 0.8  # not 0: where a lesion stands out, any network answers
    found = deletion(predictor, images[:12])
    assert found.by_map.mean() < found.by_chance.mean() < found.least_first.mean()
