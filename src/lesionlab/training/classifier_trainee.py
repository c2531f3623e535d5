"""The classifier's training step: forward, backward, average; and its look at the validation part."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lesionlab.core.seeds import derive_seed
from lesionlab.metrics.classification import balanced_accuracy, confusion_matrix, mean_by_lesion, softmax
from lesionlab.models.architectures import Classifier, new_classifier
from lesionlab.models.precision import Compute
from lesionlab.models.pretrained import load_pretrained, pretrained_file
from lesionlab.records.options import ClassifierOptions
from lesionlab.records.run import RunFolder
from lesionlab.training.augmentation import augment
from lesionlab.training.batches import to_unit
from lesionlab.training.class_balance import class_balance
from lesionlab.training.draws import Draws
from lesionlab.training.ema import averaged_copy, update_average
from lesionlab.training.filling import FilledBatches, Filling
from lesionlab.training.freezing import hold, is_held

VALIDATION_BATCH = 128


@dataclass(frozen=True)
class Validation:
    """Lesions on which the stopping point is chosen: images uint8 [n, S, S, 3], labels [n], lesions [n]."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    lesions: Sequence[str]


class ClassifierTrainee:
    """A classifier in training: network, average, best average so far, optimiser and the count of steps.

    Pretrained weights are read where the training `begins`, and not where a state follows. A `filling` takes the place
    of some of its real images.
    """

    def __init__(
        self,
        options: ClassifierOptions,
        images: NDArray[np.uint8],
        labels: NDArray[np.int64],
        classes: tuple[str, ...],
        validation: Validation,
        compute: Compute,
        *,
        begins: bool = True,
        filling: Filling | None = None,
    ) -> None:
        self.options, self.classes, self.compute, self.validation = options, classes, compute, validation
        self.total_kimg, self.tick_kimg = options.total_kimg, options.validate_kimg
        self.state_seconds = options.state_seconds
        self.balance = class_balance(options, labels, classes).to(compute.device)
        self.batches = FilledBatches(images, labels, self.balance.drawn, compute.device, filling)
        torch.manual_seed(derive_seed(options.seed, "initialise"))
        self.network = new_classifier(options, len(classes))
        if options.pretrained and begins:
            load_pretrained(self.network, pretrained_file(options.pretrained))
        self.network.to(compute.device).to(memory_format=torch.channels_last).train()
        self.average = averaged_copy(self.network)
        self.optimiser = torch.optim.AdamW(_decay_groups(self.network, options.weight_decay), options.lr, fused=True)
        self.best_accuracy, self.best_kimg = -1.0, 0.0
        self.best = averaged_copy(self.network).state_dict()
        self.steps = 0

    @property
    def kimg(self) -> float:
        """Thousand training images shown."""
        return self.steps * self.options.batch_size / 1000

    @property
    def finished(self) -> bool:
        """Whether the last image was shown."""
        return self.kimg >= self.total_kimg

    def step(self) -> dict[str, Tensor]:
        """Update the network and the average once."""
        draws = Draws(self.options.seed, "step", self.steps, self.compute.device, self.options.batch_size)
        torch.manual_seed(derive_seed(self.options.seed, "dropout", self.steps))
        if self.options.frozen_blocks:
            hold(self.network.features, self.options.frozen_blocks, is_held(self.options, self.kimg))
        self.batches.advance(self.kimg / self.total_kimg)
        images, label = self.batches.draw(draws)
        if self.options.augmentation == "strong":
            images = augment(images, draws)
        with self.compute.autocast():
            logits = self.network(images)
        loss = self.balance.loss(logits, label, self.options.label_smoothing)
        for group in self.optimiser.param_groups:
            group["lr"] = self._learning_rate()
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        self.optimiser.step()
        self.steps += 1
        update_average(self.average, self.network, self.kimg, self.options.batch_size, self.options.ema_halflife_kimg)
        return {"loss": loss, "train_accuracy": (logits.argmax(1) == label).float().mean()}

    def _learning_rate(self) -> float:
        """Return the rate of the next step: linear warm-up, then a cosine to zero (Loshchilov & Hutter 2017)."""
        seen, warm = self.kimg, self.options.warmup_kimg
        if seen < warm:
            return self.options.lr * (seen + self.options.batch_size / 1000) / (warm + 1e-9)
        share = min(1.0, (seen - warm) / max(self.total_kimg - warm, 1e-9))
        return self.options.lr * 0.5 * (1 + math.cos(math.pi * share))

    def tick(self, run: RunFolder, figures: Mapping[str, float]) -> dict[str, float]:
        """Measure the average on the lesions to choose on, and keep it when it is the best so far."""
        accuracy = self._validate()
        if accuracy > self.best_accuracy:
            self.best_accuracy, self.best_kimg = accuracy, self.kimg
            self.best = {name: value.clone() for name, value in self.average.state_dict().items()}
        return {"validation_balanced_accuracy": accuracy}

    @torch.no_grad()
    def _validate(self) -> float:
        logits = []
        for start in range(0, len(self.validation.images), VALIDATION_BATCH):
            pixels = torch.from_numpy(self.validation.images[start : start + VALIDATION_BATCH])
            with self.compute.autocast():
                logits.append(self.average(to_unit(pixels.to(self.compute.device))).float().cpu().numpy())
        probabilities, truth = mean_by_lesion(
            softmax(np.concatenate(logits)), self.validation.labels, self.validation.lesions
        )
        return balanced_accuracy(confusion_matrix(truth, probabilities.argmax(axis=1), len(self.classes)))

    def best_network(self) -> Classifier:
        """Return the average that was best on validation."""
        network = averaged_copy(self.average)
        network.load_state_dict(self.best)
        return network

    def state(self) -> dict[str, Any]:
        """Return network, averages, optimiser and the count of steps."""
        return {
            "steps": self.steps,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "best": self.best,
            "best_accuracy": self.best_accuracy,
            "best_kimg": self.best_kimg,
            "optimiser": self.optimiser.state_dict(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a state; raises RuntimeError when it is of another architecture."""
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.best = {name: value.to(self.compute.device) for name, value in state["best"].items()}
        self.best_accuracy, self.best_kimg = float(state["best_accuracy"]), float(state["best_kimg"])
        self.steps = int(state["steps"])


def _decay_groups(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Decay kernels only: gains and biases of one dimension are left alone."""
    parameters = list(network.parameters())
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
