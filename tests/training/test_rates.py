from __future__ import annotations

import pytest
import torch

from lesionlab.models.dcgan import Generator
from lesionlab.records.options import GanOptions
from lesionlab.training.rates import generator_rates

SMALL = {"image_size_px": 16, "generator_channels": 4, "discriminator_channels": 4, "max_channels": 8, "latent_dim": 6}


def test_class_gains_and_biases_learn_faster_and_no_parameter_is_left_out():
    options = GanOptions(**SMALL, generator_lr=1e-3, class_rate=10.0)
    generator = Generator(options, 3)
    others, of_class = generator_rates(generator, options)
    assert (others["lr"], of_class["lr"]) == (pytest.approx(1e-3), pytest.approx(1e-2))
    assert {tuple(p.shape) for p in of_class["params"]} == {(3, 8), (3, 4)}
    listed = [id(p) for group in (others, of_class) for p in group["params"]]
    assert sorted(listed) == sorted(id(p) for p in generator.parameters())
    before = [p.clone() for p in of_class["params"]]
    optimiser = torch.optim.Adam([others, of_class])
    generator(torch.randn(6, 6), torch.eye(3).repeat(2, 1)).sum().backward()
    optimiser.step()
    moved = max((p - old).abs().max().item() for p, old in zip(of_class["params"], before, strict=True))
    assert moved == pytest.approx(1e-2, rel=0.01)


def test_without_class_gains_there_is_one_rate():
    options = GanOptions(**SMALL, conditioning="concat")
    (only,) = generator_rates(Generator(options, 3), options)
    assert only["lr"] == options.generator_lr
