"""A training step of the GAN beside the same step as one would first write it: float32, NCHW, nothing composed."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.comparison import Comparison, compare, seconds
from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.data.procedural import procedural_lesion
from lesionlab.models.dcgan import FIRST_PX, channel_plan
from lesionlab.models.precision import choose_compute
from lesionlab.records.options import GanOptions
from lesionlab.training.batches import one_hot
from lesionlab.training.diffaugment import diffaugment
from lesionlab.training.draws import Draws
from lesionlab.training.drive import Trainee
from lesionlab.training.gan_trainee import GanTrainee
from lesionlab.training.losses import discriminator_loss, generator_loss
from lesionlab.training.symmetries import random_symmetry

IMAGES = 140
CPU = torch.device("cpu")
PEAK = "a bfloat16 convolution of 256 channels: the ratio is the share of the machine's peak"


class PlainNorm(nn.Module):
    """Conditional batch norm as one would first write it."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False)
        self.gain = nn.Parameter(torch.ones(classes, channels))
        self.bias = nn.Parameter(torch.zeros(classes, channels))

    def forward(self, x: Tensor, mix: Tensor) -> Tensor:
        """Normalise [N, C, H, W] and scale by the class."""
        normalised: Tensor = self.norm(x)
        return normalised * (mix @ self.gain)[:, :, None, None] + (mix @ self.bias)[:, :, None, None]


class PlainGenerator(nn.Module):
    """The generator's layers with upsampling and convolution as two operations."""

    def __init__(self, options: GanOptions, classes: int) -> None:
        super().__init__()
        plan = channel_plan(options.image_size_px, options.generator_channels, options.max_channels)
        self.first = nn.Linear(options.latent_dim, plan[0] * FIRST_PX**2, bias=False)
        self.norms = nn.ModuleList([PlainNorm(channels, classes) for channels in plan])
        pairs = itertools.pairwise(plan)
        self.convolutions = nn.ModuleList([nn.Conv2d(a, b, 3, padding=1, bias=False) for a, b in pairs])
        self.to_rgb = nn.Conv2d(plan[-1], 3, 3, padding=1)

    def forward(self, latent: Tensor, mix: Tensor) -> Tensor:
        """Map latents and class weights to images [N, 3, S, S]."""
        x = self.first(latent).unflatten(1, (-1, FIRST_PX, FIRST_PX))
        x = torch.relu(self.norms[0](x, mix))
        for convolution, norm in zip(self.convolutions, list(self.norms)[1:], strict=True):
            x = torch.relu(norm(convolution(F.interpolate(x, scale_factor=2, mode="nearest")), mix))
        return torch.tanh(self.to_rgb(x))


class PlainDiscriminator(nn.Module):
    """The discriminator's layers under torch's own spectral normalisation."""

    def __init__(self, options: GanOptions, classes: int) -> None:
        super().__init__()
        plan = channel_plan(options.image_size_px, options.discriminator_channels // 2, options.max_channels)[::-1]
        pairs = zip([3, *plan[1:-1]], plan[1:], strict=True)
        self.downs = nn.ModuleList([spectral_norm(nn.Conv2d(a, b, 4, stride=2, padding=1)) for a, b in pairs])
        self.linear = spectral_norm(nn.Linear(plan[-1], 1))
        self.embedding = spectral_norm(nn.Embedding(classes, plan[-1]))

    def forward(self, image: Tensor, label: Tensor) -> Tensor:
        """Map images and labels to logits [N]."""
        x = image
        for down in self.downs:
            x = F.leaky_relu(down(x), 0.2)
        features = x.sum(dim=(2, 3))
        logits: Tensor = self.linear(features).squeeze(1) + (self.embedding(label) * features).sum(dim=1)
        return logits


class PlainTrainee:
    """The same networks, losses, augmentation and optimisers in the order of a textbook."""

    def __init__(self, options: GanOptions, images: np.ndarray, labels: np.ndarray) -> None:
        self.options = options
        self.images = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1
        self.labels = torch.from_numpy(labels)
        self.generator = PlainGenerator(options, len(HAM10000_CODES)).train()
        self.discriminator = PlainDiscriminator(options, len(HAM10000_CODES)).train()
        betas = (options.beta1, options.beta2)
        self.generator_optimiser = torch.optim.Adam(self.generator.parameters(), options.generator_lr, betas)
        self.discriminator_optimiser = torch.optim.Adam(
            self.discriminator.parameters(), options.discriminator_lr, betas
        )
        self.steps = 0

    def step(self) -> None:
        """Update the discriminator and the generator once, on the same fakes."""
        draws, all_draws = (Draws(0, "step", self.steps, CPU, n * self.options.batch_size) for n in (1, 2))
        chosen = draws.integers(len(self.labels))
        real, label = random_symmetry(self.images[chosen], draws), self.labels[chosen]
        fake = self.generator(draws.normal(self.options.latent_dim), one_hot(label, len(HAM10000_CODES)))
        both = diffaugment(torch.cat((real, fake.detach())), self.options.diffaugment, all_draws)
        real_logits, fake_logits = self.discriminator(both, torch.cat((label, label))).chunk(2)
        self.discriminator_optimiser.zero_grad()
        discriminator_loss(self.options.loss, real_logits, fake_logits).backward()  # type: ignore[no-untyped-call]
        self.discriminator_optimiser.step()
        loss = generator_loss(
            self.options.loss, self.discriminator(diffaugment(fake, self.options.diffaugment, draws), label)
        )
        self.generator_optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.generator_optimiser.step()
        self.steps += 1


def comparisons(options: GanOptions | None = None, rounds: int = 9) -> Iterator[Comparison]:
    """Take training steps both ways on drawn lesions, with the same options."""
    options = options or GanOptions()
    labels = np.arange(IMAGES) % len(HAM10000_CODES)
    drawn = [procedural_lesion(HAM10000_CODES[label], seed, options.image_size_px) for seed, label in enumerate(labels)]
    images = np.stack(drawn)
    compute = choose_compute(options.bf16, options.threads)
    ours = GanTrainee(options, images, labels, HAM10000_CODES, compute)
    plain = PlainTrainee(options, images, labels)
    format_ours = "bfloat16" if compute.bf16 else "float32"
    name = f"GAN step at {options.image_size_px} px, batch {options.batch_size}, {format_ours}"
    yield compare(name, "float32, NCHW, not composed", "images", options.batch_size, ours.step, plain.step, rounds)
    if compute.bf16:
        yield share_of_peak(options.batch_size, ours)
    steps = itertools.count()

    def draw() -> None:
        ours.batches.draw(Draws(0, "draw", next(steps), CPU, options.batch_size))

    name = f"shuffled batch of {options.batch_size} at {options.image_size_px} px"
    yield compare(name, "the whole GAN step it feeds", "images", options.batch_size, draw, ours.step, rounds)


def share_of_peak(batch_size: int, trainee: Trainee) -> Comparison:
    """Set the arithmetic of a step's convolutions and products beside the machine's best: the ratio is the share."""
    with FlopCounterMode(display=False) as counted:
        trainee.step()
    gflop = counted.get_total_flops() / 1e9
    step_s = statistics.median(seconds(trainee.step) for _ in range(9))
    return Comparison(
        f"arithmetic of that step, batch {batch_size}",
        PEAK,
        "GFLOP",
        round(gflop),
        step_s,
        gflop / peak_gflops(),
    )


@torch.no_grad()
def peak_gflops() -> float:
    """Return the best rate of a large bfloat16 convolution, channels last, in GFLOP a second."""
    image = torch.randn(64, 256, 32, 32).bfloat16().contiguous(memory_format=torch.channels_last)
    weight = torch.randn(256, 256, 3, 3).bfloat16().contiguous(memory_format=torch.channels_last)
    gflop = 2 * image.numel() * 256 * 9 / 1e9
    return gflop / min(seconds(lambda: F.conv2d(image, weight, padding=1)) for _ in range(12))
