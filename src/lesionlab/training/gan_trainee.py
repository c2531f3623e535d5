"""The generator's training step: discriminator, generator, average; everything else is the drive's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lesionlab.core.files import write_bytes
from lesionlab.core.imaging import encode_webp
from lesionlab.core.seeds import derive_seed
from lesionlab.models.batch_norm import sync_batch_norm
from lesionlab.models.dcgan import Discriminator, Generator
from lesionlab.models.precision import Compute
from lesionlab.records.options import GanOptions
from lesionlab.records.run import RunFolder
from lesionlab.training.batches import Batches, class_probabilities, one_hot
from lesionlab.training.diffaugment import diffaugment
from lesionlab.training.draws import Draws
from lesionlab.training.ema import averaged_copy, recompute_batch_norm, update_average
from lesionlab.training.gan_monitor import GanMonitor
from lesionlab.training.losses import consistency, discriminator_loss, generator_loss
from lesionlab.training.penalties import gradient_penalty
from lesionlab.training.rates import generator_rates
from lesionlab.training.sample_sheet import sample_sheet
from lesionlab.training.symmetries import random_symmetry
from lesionlab.training.team import ALONE, Team

Network = TypeVar("Network", bound=nn.Module)

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
        team: Team = ALONE,
        monitor: GanMonitor | None = None,
    ) -> None:
        self.options, self.classes, self.compute, self.team = options, classes, compute, team
        self.monitor = monitor
        self.parts = team.rows(options.batch_size, options.accumulate)
        self.total_kimg, self.tick_kimg = options.total_kimg, options.tick_kimg
        self.state_seconds = options.state_seconds
        probabilities = class_probabilities(labels, classes, options.class_temperature)
        self.batches = Batches(images, labels, probabilities, compute.device)
        torch.manual_seed(derive_seed(options.seed, "initialise"))
        self.generator = _placed(Generator(options, len(classes)), compute)
        self.discriminator = _placed(Discriminator(options, len(classes)), compute)
        self.average = averaged_copy(self.generator)
        for network in (self.generator, self.discriminator):
            sync_batch_norm(network, team.size > 1)
        betas = (options.beta1, options.beta2)
        self.generator_optimiser = torch.optim.Adam(
            generator_rates(self.generator, options), options.generator_lr, betas
        )
        self.discriminator_optimiser = torch.optim.Adam(
            self.discriminator.parameters(), options.discriminator_lr, betas
        )
        self.steps = 0

    @property
    def kimg(self) -> float:
        """Thousand real images shown to the discriminator."""
        return self.steps * self.options.batch_size / 1000

    @property
    def finished(self) -> bool:
        """Whether the last image was shown, or an alarm has ended the training."""
        return self.kimg >= self.total_kimg or (self.monitor is not None and self.monitor.stopped)

    def step(self) -> dict[str, Tensor]:
        """Update the discriminator, the generator and the average once; in one part both see the same fake images."""
        figures: dict[str, Tensor] = {}
        self.discriminator.requires_grad_(True)
        self.discriminator_optimiser.zero_grad(set_to_none=True)
        for rows in self.parts:
            fake, label = self._fake(rows)
            add(figures, self._judge(fake.detach(), label, rows), self._weight)
        self.team.sum_gradients(self.discriminator)
        grad_d = total_norm(self.discriminator)
        self.discriminator_optimiser.step()
        self.discriminator.requires_grad_(False)
        self.generator_optimiser.zero_grad(set_to_none=True)
        for rows in self.parts:
            if len(self.parts) > 1:
                fake, label = self._fake(rows)
            add(figures, self._deceive(fake, label, rows), self._weight)
        self.team.sum_gradients(self.generator)
        grad_g = total_norm(self.generator)
        self.generator_optimiser.step()
        self.steps += 1
        if self.options.ema_halflife_kimg:
            halflife = self.options.ema_halflife_kimg
            update_average(self.average, self.generator, self.kimg, self.options.batch_size, halflife)
        return self.team.sum_figures(figures) | {"grad_d": grad_d, "grad_g": grad_g}

    @property
    def _weight(self) -> float:
        """The share of a part in the batch."""
        return 1 / (self.team.size * len(self.parts))

    def _draws(self, role: str, rows: slice) -> Draws:
        return Draws(self.options.seed, role, self.steps, self.compute.device, self.options.batch_size, rows)

    def _fake(self, rows: slice) -> tuple[Tensor, Tensor]:
        draws = self._draws("fake", rows)
        label = self.batches.labels(draws)
        latent = draws.normal(self.options.latent_dim)
        with self.compute.autocast():
            return self.generator(latent, one_hot(label, len(self.classes))).float(), label

    def _judge(self, fake: Tensor, fake_label: Tensor, rows: slice) -> dict[str, Tensor]:
        """Add a part's gradient to the discriminator's."""
        options, draws = self.options, self._draws("real", rows)
        real, real_label = self.batches.draw(draws)
        if options.symmetries:
            real = random_symmetry(real, draws)
        seen_real = self._augmented(real, self._draws("augment real", rows))
        seen_fake = self._augmented(fake, self._draws("augment fake", rows))
        real_logits, fake_logits = self._logits((seen_real, real_label), (seen_fake, fake_label))
        loss = discriminator_loss(options.loss, real_logits, fake_logits)
        figures = {"loss_d": loss, "d_real": real_logits.mean(), "d_fake": fake_logits.mean()}
        if options.consistency_weight:
            again_real = self._augmented(real, self._draws("consistency real", rows))
            again_fake = self._augmented(fake, self._draws("consistency fake", rows))
            others = self._logits((again_real, real_label), (again_fake, fake_label))
            figures["consistency"] = consistency((real_logits, fake_logits), others)
            loss = loss + options.consistency_weight * figures["consistency"]
        if options.penalty != "none" and self.steps % options.penalty_every == 0:
            penalty_draws = self._draws("penalty", rows)
            penalty = gradient_penalty(options.penalty, self.discriminator, seen_real, real_label, penalty_draws)
            loss = loss + options.penalty_weight * options.penalty_every * penalty
        torch.autograd.backward(loss * self._weight)
        return figures

    def _deceive(self, fake: Tensor, label: Tensor, rows: slice) -> dict[str, Tensor]:
        """Add a part's gradient to the generator's."""
        seen = self._augmented(fake, self._draws("augment generator", rows))
        with self.compute.autocast():
            logits = self.discriminator(seen, label)
        loss = generator_loss(self.options.loss, logits)
        torch.autograd.backward(loss * self._weight)
        return {"loss_g": loss}

    def _logits(self, *groups: tuple[Tensor, Tensor]) -> tuple[Tensor, ...]:
        """Judge groups of images and labels: in one pass, or apart where batch norm must not mix them."""
        with self.compute.autocast():
            if not self.options.spectral_norm:
                return tuple(self.discriminator(images, label) for images, label in groups)
            images = torch.cat([images for images, _ in groups])
            logits: Tensor = self.discriminator(images, torch.cat([label for _, label in groups]))
        return tuple(torch.split_with_sizes(logits, [len(label) for _, label in groups]))

    def _augmented(self, images: Tensor, draws: Draws) -> Tensor:
        images = diffaugment(images, self.options.diffaugment, draws)
        return images.contiguous(memory_format=torch.channels_last)

    def averaged_generator(self) -> Generator:
        """Return the averaged generator with batch-norm statistics of its own, ready to use.

        Without an average it is the generator as it stands, with its running statistics.
        """
        if not self.options.ema_halflife_kimg:
            ready = averaged_copy(self.generator)
            sync_batch_norm(ready, False)
            return ready
        ready = averaged_copy(self.average)
        recompute_batch_norm(ready, self._statistics_batches())
        return ready

    def _statistics_batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        for number in range(STATISTICS_BATCHES):
            device, size = self.compute.device, self.options.batch_size
            draws = Draws(self.options.seed, "statistics", number, device, size)
            label = self.batches.labels(draws)
            yield draws.normal(self.options.latent_dim), one_hot(label, len(self.classes))

    def best_generator(self) -> Generator:
        """Return the averaged generator at its lowest KID, or as it is now where no KID was measured."""
        if self.monitor is None or self.monitor.best_weights is None:
            return self.averaged_generator()
        best = averaged_copy(self.average)
        best.load_state_dict(self.monitor.best_weights)
        return best

    def tick(self, run: RunFolder, figures: Mapping[str, float]) -> dict[str, float]:
        """Write a sample sheet whenever another `sheet_kimg` has gone by, and let the monitor look."""
        sheet_kimg, before = self.options.sheet_kimg, self.kimg - self.tick_kimg
        if self.kimg >= self.total_kimg or self.kimg // sheet_kimg > before // sheet_kimg:
            path = run.samples / f"{int(self.kimg):06d}-kimg.webp"
            write_bytes(path, encode_webp(sample_sheet(self.averaged_generator(), len(self.classes))))
        return {} if self.monitor is None else self.monitor.tick(run, self, figures)

    def state(self) -> dict[str, Any]:
        """Return networks, average, optimisers and the count of steps."""
        return {
            "steps": self.steps,
            "monitor": None if self.monitor is None else self.monitor.state(),
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
        if self.monitor is not None:
            self.monitor.restore(state["monitor"])
        self.steps = int(state["steps"])


def add(figures: dict[str, Tensor], of_part: dict[str, Tensor], weight: float) -> None:
    """Add the figures of a part of a batch by its share in the batch, so that they sum up to means."""
    for name, value in of_part.items():
        figures[name] = figures.get(name, torch.zeros_like(value)) + value.detach() * weight


def total_norm(network: nn.Module) -> Tensor:
    """Return the length of the gradient of all parameters as one vector."""
    return torch.nn.utils.get_total_norm([p.grad for p in network.parameters() if p.grad is not None])


def _placed(network: Network, compute: Compute) -> Network:
    return network.to(compute.device).to(memory_format=torch.channels_last).train()
