import dataclasses

import numpy as np
import pytest
from pixel_space import PixelSpace

from lesionlab.core.errors import InputError
from lesionlab.evaluation.against_real import Against, Images, grid_metrics, measured
from lesionlab.evaluation.halvings import halvings
from lesionlab.inference.sampler import Sampler
from lesionlab.metrics.spoilt import blurred
from lesionlab.records.card import Metric

TEMPLATE = Metric("", 0.0, 0, "images", "validation")


def test_the_grid_index_stands_beside_that_of_real_images():
    draw = np.random.default_rng(0)
    real = blurred(draw.integers(60, 200, (60, 32, 32, 3), dtype=np.uint8), 1)
    fake = real.copy()
    fake[:, ::8] += 20
    labels = np.zeros(60, np.int64)
    halved = halvings(labels, [str(n) for n in range(60)], labels, 12)
    (metric,) = grid_metrics(Images(real, fake, {"blur 2 px": blurred(real, 2)}, {"beside x": real}), halved, TEMPLATE)
    assert (metric.name, metric.space, metric.n) == ("grid_index", "pixels/32px", 30)
    assert metric.ruler["real images"] == pytest.approx(1, abs=0.3)
    assert metric.low > 1.5 * metric.ruler["real images"]
    assert metric.ruler["beside x"] == pytest.approx(metric.ruler["real images"], abs=0.2)
    assert grid_metrics(Images(real[:, :16, :16], fake, {}, {}), halved, TEMPLATE) == []


@pytest.mark.parametrize("few", ["fake", "changed", "beside"])
def test_sets_of_another_number_of_images_are_refused(few):
    real, fewer = np.zeros((9, 16, 16, 3), np.uint8), np.zeros((8, 16, 16, 3), np.uint8)
    images = Images(real, real, {}, {})
    images = dataclasses.replace(images, **{few: fewer if few == "fake" else {"x": fewer}})
    with pytest.raises(InputError, match="9 images cannot be compared with 8"):
        images.seen_by(PixelSpace(16))


def test_a_generator_of_another_size_cannot_stand_beside_it(tiny_generator, tiny_data, monkeypatch):
    other = Sampler(tiny_generator)
    image = dataclasses.replace(other.card.image, size_px=32)
    monkeypatch.setattr(other, "card", dataclasses.replace(other.card, image=image))
    against = Against(tiny_data.part("validation"), PixelSpace(16), {"other": other})
    with pytest.raises(InputError, match="other makes images of 32 px, this generator of 16 px"):
        measured(Sampler(tiny_generator), against, 0)


def test_figures_on_an_external_set_bear_its_name(tiny_generator, tiny_data):
    part = dataclasses.replace(tiny_data.part("train"), name="external")
    found, near = measured(Sampler(tiny_generator), Against(part, PixelSpace(16)), 0)
    assert {metric.data for metric in found} == {"tiny"}
    assert near == []
