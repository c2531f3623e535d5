"""The generator's training step: discriminator, generator, average; everything else is the drive's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lesionlab.core.files import write_bytes
from lesionlab.core.imaging import encode_webp, sheet
from lesionlab.core.seeds import derive_seed, latents
from lesionlab.models.dcgan import Discriminator, Generator
from lesionlab.models.precision import Compute
from lesionlab.records.options import GanOptions
from lesionlab.records.run import RunFolder
from lesionlab.training.batches import Batches, class_probabilities, step_generator
from lesionlab.training.diffaugment import diffaugment
from lesionlab.training.ema import averaged_copy, recompute_batch_norm, update_average
from lesionlab.training.losses import discriminator_loss, generator_loss
from lesionlab.training.symmetries import random_symmetry

Network = TypeVar("Network", bound=nn.Module)

SHEET_SEEDS = 10  # the first ten of each class, never picked
STATISTICS_BATCHES = 24


class GanTrainee:
    """A conditional DCGAN in training: networks, average, optimisers and the count of steps."""

    def __init__(
        self,
        options: GanOptions,
        images: NDArray[np.uint8],
        labels: NDArray[np.int64],
        classes: tuple[str, ...],
        compute: Compute,
    ) -> None:
        self.options, self.classes, self.compute = options, classes, compute
        self.total_kimg, self.tick_kimg = options.total_kimg, options.tick_kimg
        self.state_seconds = options.state_seconds
        probabilities = class_probabilities(labels, classes, options.class_temperature)
        self.batches = Batches(images, labels, probabilities, options.batch_size, compute.device)
        torch.manual_seed(derive_seed(options.seed, "initialise"))
        self.generator = _placed(Generator(options, len(classes)), compute)
        self.discriminator = _placed(Discriminator(options, len(classes)), compute)
        self.average = averaged_copy(self.generator)
        betas = (options.beta1, options.beta2)
        self.generator_optimiser = torch.optim.Adam(self.generator.parameters(), options.generator_lr, betas)
        self.discriminator_optimiser = torch.optim.Adam(
            self.discriminator.parameters(), options.discriminator_lr, betas
        )
        self.steps = 0

    @property
    def kimg(self) -> float:
        """Thousand real images shown to the discriminator."""
        return self.steps * self.options.batch_size / 1000

    def step(self) -> dict[str, Tensor]:
        """Update the discriminator, the generator and the average once, all on the same fake images."""
        random = step_generator(self.options.seed, "step", self.steps, self.compute.device)
        label = self.batches.labels(random)
        latent = torch.randn(len(label), self.options.latent_dim, generator=random, device=self.compute.device)
        with self.compute.autocast():
            fake = self.generator(latent, label).float()
        figures = self._update_discriminator(fake.detach(), label, random)
        figures |= self._update_generator(fake, label, random)
        self.steps += 1
        update_average(self.average, self.generator, self.kimg, self.options.batch_size, self.options.ema_halflife_kimg)
        return figures

    def _update_discriminator(self, fake: Tensor, fake_label: Tensor, random: torch.Generator) -> dict[str, Tensor]:
        real, real_label = self.batches.draw(random)
        if self.options.symmetries:
            real = random_symmetry(real, random)
        images = self._augmented(torch.cat((real, fake)), random)
        self.discriminator.requires_grad_(True)
        with self.compute.autocast():
            logits = self.discriminator(images, torch.cat((real_label, fake_label)))
        real_logits, fake_logits = logits.chunk(2)
        loss = discriminator_loss(real_logits, fake_logits)
        self.discriminator_optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        self.discriminator_optimiser.step()
        return {"loss_d": loss, "d_real": real_logits.mean(), "d_fake": fake_logits.mean()}

    def _update_generator(self, fake: Tensor, label: Tensor, random: torch.Generator) -> dict[str, Tensor]:
        self.discriminator.requires_grad_(False)
        with self.compute.autocast():
            logits = self.discriminator(self._augmented(fake, random), label)
        loss = generator_loss(logits)
        self.generator_optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        self.generator_optimiser.step()
        return {"loss_g": loss}

    def _augmented(self, images: Tensor, random: torch.Generator) -> Tensor:
        images = diffaugment(images, self.options.diffaugment, random)
        return images.contiguous(memory_format=torch.channels_last)

    def averaged_generator(self) -> Generator:
        """Return the averaged generator with batch-norm statistics of its own, ready to use."""
        ready = averaged_copy(self.average)
        recompute_batch_norm(ready, self._statistics_batches())
        return ready

    def _statistics_batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        for number in range(STATISTICS_BATCHES):
            random = step_generator(self.options.seed, "statistics", number, self.compute.device)
            label = self.batches.labels(random)
            latent = torch.randn(label.shape[0], self.options.latent_dim, generator=random, device=self.compute.device)
            yield latent, label

    def tick(self, run: RunFolder) -> dict[str, float]:
        """Write a sample sheet whenever another `sheet_kimg` has gone by."""
        sheet_kimg, before = self.options.sheet_kimg, self.kimg - self.tick_kimg
        if self.kimg >= self.total_kimg or self.kimg // sheet_kimg > before // sheet_kimg:
            path = run.samples / f"{int(self.kimg):06d}-kimg.webp"
            write_bytes(path, encode_webp(sample_sheet(self.averaged_generator(), len(self.classes))))
        return {}

    def state(self) -> dict[str, Any]:
        """Return networks, average, optimisers and the count of steps."""
        return {
            "steps": self.steps,
            "generator": self.generator.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "average": self.average.state_dict(),
            "generator_optimiser": self.generator_optimiser.state_dict(),
            "discriminator_optimiser": self.discriminator_optimiser.state_dict(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a state; raises RuntimeError when it is of another architecture."""
        self.generator.load_state_dict(state["generator"])
        self.discriminator.load_state_dict(state["discriminator"])
        self.average.load_state_dict(state["average"])
        self.generator_optimiser.load_state_dict(state["generator_optimiser"])
        self.discriminator_optimiser.load_state_dict(state["discriminator_optimiser"])
        self.steps = int(state["steps"])


def _placed(network: Network, compute: Compute) -> Network:
    return network.to(compute.device).to(memory_format=torch.channels_last).train()


@torch.no_grad()
def sample_sheet(generator: Generator, classes: int) -> NDArray[np.uint8]:
    """Return the first ten seeds of each class, a row a class: uint8 [H, W, 3]."""
    device = next(generator.parameters()).device
    latent = torch.from_numpy(latents(range(SHEET_SEEDS), generator.latent_dim)).to(device)
    rows = []
    for label in range(classes):
        images = generator(latent, torch.full((SHEET_SEEDS,), label, device=device))
        pixels = ((images.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()
        rows.append(list(pixels))
    return sheet(rows)
