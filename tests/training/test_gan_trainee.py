import numpy as np
import pytest
import torch

from lesionlab.data.procedural import procedural_lesion
from lesionlab.models.precision import choose_compute
from lesionlab.records.options import GanOptions
from lesionlab.records.presets import GAN_PRESETS
from lesionlab.training.gan_trainee import GanTrainee

CLASSES = ("mel", "nv")
SMALL = {
    "image_size_px": 16,
    "batch_size": 8,
    "latent_dim": 6,
    "generator_channels": 4,
    "discriminator_channels": 8,
    "max_channels": 16,
    "threads": 1,
    "bf16": False,
}
FAITHFUL = {"upsampling": "transposed", "conditioning": "concat", "loss": "bce", "spectral_norm": False}
RECIPES = {
    "full": {},
    "faithful": FAITHFUL,
    "concat with spectral norm": {"conditioning": "concat"},
    "r1": {"penalty": "r1", "penalty_every": 2},
    "dragan": {"penalty": "dragan", "penalty_every": 1},
    "consistency": {"consistency_weight": 10.0},
    "no average": {"ema_halflife_kimg": 0},
    "in parts": {"accumulate": 4},
    "faithful in parts": {**FAITHFUL, "accumulate": 2},
}


def trainee(**options) -> GanTrainee:
    chosen = GanOptions(**{**SMALL, **options})
    labels = np.arange(24 if chosen.image_size_px == 16 else 4) % 2
    size = chosen.image_size_px
    images = np.stack([procedural_lesion(CLASSES[label], seed, size) for seed, label in enumerate(labels)])
    return GanTrainee(chosen, images, labels, CLASSES, choose_compute(False, 1))


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_every_recipe_trains_both_networks_and_tells_how(recipe):
    ours = trainee(**recipe)
    before = [p.clone() for network in (ours.generator, ours.discriminator) for p in network.parameters()]
    for _ in range(3):
        figures = ours.step()
        assert all(torch.isfinite(value) for value in figures.values())
    assert {"loss_d", "loss_g", "d_real", "d_fake", "grad_d", "grad_g"} <= set(figures)
    assert figures["grad_d"] > 0
    assert figures["grad_g"] > 0
    after = [p for network in (ours.generator, ours.discriminator) for p in network.parameters()]
    assert sum(not torch.equal(one, other) for one, other in zip(before, after, strict=True)) > len(before) / 2
    with torch.no_grad():
        image = ours.averaged_generator()(torch.randn(4, 6), torch.eye(2)[[0, 1, 0, 1]])
    assert torch.isfinite(image).all()


def test_drawn_originals_of_256_px_train_too():
    ours = trainee(image_size_px=256, batch_size=2)
    before = ours.generator.first.weight.clone()
    figures = ours.step()
    assert all(torch.isfinite(value) for value in figures.values())
    assert not torch.equal(ours.generator.first.weight, before)
    with torch.no_grad():
        image = ours.averaged_generator()(torch.randn(1, 6), torch.eye(2)[:1])
    assert image.shape == (1, 3, 256, 256)
    assert torch.isfinite(image).all()


def test_a_batch_in_parts_gives_the_discriminator_the_gradient_of_the_whole_batch():
    # A generator in training would normalise each part apart; and spectral norm takes a power iteration each pass.
    whole, parts = trainee(), trainee(accumulate=2)
    for each in (whole, parts):
        each.generator.eval()
    one, other = whole.step(), parts.step()
    for name in ("loss_d", "d_real", "d_fake", "grad_d"):
        assert other[name].item() == pytest.approx(one[name].item(), rel=1e-3), name


def test_without_an_average_the_generator_itself_is_handed_out():
    ours = trainee(ema_halflife_kimg=0)
    for _ in range(3):
        ours.step()
    handed = ours.averaged_generator().state_dict()
    assert all(torch.equal(value, handed[name]) for name, value in ours.generator.state_dict().items())
    averaged = trainee()
    for _ in range(3):
        averaged.step()
    assert not torch.equal(averaged.averaged_generator().first.weight, averaged.generator.first.weight)


def test_a_penalty_comes_every_so_many_steps():
    lazy, plain = trainee(penalty="r1", penalty_every=3, penalty_weight=50.0), trainee()
    assert lazy.step()["grad_d"] > plain.step()["grad_d"] * 1.01
    for name, value in plain.state()["discriminator"].items():
        lazy.discriminator.state_dict()[name].copy_(value)
    for name, value in plain.state()["generator"].items():
        lazy.generator.state_dict()[name].copy_(value)
    assert lazy.step()["grad_d"].item() == pytest.approx(plain.step()["grad_d"].item(), rel=1e-5)


def test_the_faithful_preset_is_the_dcgan_of_2015():
    options = GAN_PRESETS["faithful"].options
    assert (options.loss, options.upsampling, options.conditioning) == ("bce", "transposed", "concat")
    assert (options.generator_lr, options.discriminator_lr, options.beta1, options.beta2) == (2e-4, 2e-4, 0.5, 0.999)
    assert (options.spectral_norm, options.diffaugment, options.symmetries) == (False, "none", False)
    assert (options.ema_halflife_kimg, options.penalty, options.consistency_weight) == (0, "none", 0)
