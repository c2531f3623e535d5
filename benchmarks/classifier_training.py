"""A training step of the classifier beside the same step as one would first write it: float32, NCHW, step by step."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.models.vgg import cfgs, make_layers

from benchmarks.comparison import Comparison, compare
from benchmarks.training import CPU, IMAGES, share_of_peak
from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.data.procedural import procedural_lesion
from lesionlab.models.precision import choose_compute
from lesionlab.records.options import ClassifierOptions
from lesionlab.training import augmentation
from lesionlab.training.augmentation import augment
from lesionlab.training.classifier_trainee import ClassifierTrainee, Validation
from lesionlab.training.draws import Draws
from lesionlab.training.ema import averaged_copy
from lesionlab.training.symmetries import random_symmetry

KEPT = 0.99  # of the average in a step


class PlainClassifier(nn.Module):
    """VGG-19 with batch norm as torchvision builds it, pooled globally."""

    def __init__(self, options: ClassifierOptions, classes: int) -> None:
        super().__init__()
        plan = [layer if isinstance(layer, str) else max(8, round(layer * options.width)) for layer in cfgs["E"][:-1]]
        self.features = make_layers(plan, batch_norm=True)
        self.dropout = nn.Dropout(options.dropout)
        last = plan[-1]
        assert isinstance(last, int)
        self.head = nn.Linear(last, classes)

    def forward(self, image: Tensor) -> Tensor:
        """Map images [N, 3, S, S] to logits [N, C]."""
        logits: Tensor = self.head(self.dropout(self.features(image).mean(dim=(2, 3))))
        return logits


def plain_augment(images: Tensor, draws: Draws) -> Tensor:
    """Augment images [N, 3, S, S] in -1..1 one change after another, each by its textbook formula."""

    def either_way(reach: float, *shape: int) -> Tensor:
        return (draws.uniform(*shape) * 2 - 1) * reach

    images = random_symmetry(images, draws)
    angle, zoom = either_way(math.pi), 1 + either_way(augmentation.ZOOM)
    shift = either_way(2 * augmentation.SHIFT, 2)
    cosine, sine = torch.cos(angle) * zoom, torch.sin(angle) * zoom
    rows = (torch.stack((cosine, -sine, shift[:, 0]), 1), torch.stack((sine, cosine, shift[:, 1]), 1))
    grid = F.affine_grid(torch.stack(rows, 1), list(images.shape), align_corners=False)
    images = F.grid_sample(images, grid, padding_mode="reflection", align_corners=False)
    grey = images.mean(dim=1, keepdim=True)
    images = (images - grey) * (1 + either_way(augmentation.SATURATION, 1, 1, 1)) + grey
    mean = images.mean(dim=(2, 3), keepdim=True)
    images = (images - mean) * (1 + either_way(augmentation.CONTRAST, 1, 1, 1)) + mean
    images = images + either_way(augmentation.BRIGHTNESS, 1, 1, 1)
    images = ((images + 1) * (1 + either_way(augmentation.TINT, 3, 1, 1)) - 1).clamp(-1, 1)
    size = images.shape[2]
    near = (torch.arange(size) + 0.5 - draws.uniform(2, 1) * size).abs() < size * augmentation.ERASED_SIDE / 2
    hole = near[:, 0, :, None] & near[:, 1, None, :] & (draws.uniform(1, 1) < augmentation.ERASED)
    return images * (~hole)[:, None]


class PlainTrainee:
    """The same network, loss, augmentation, average and optimiser in the order of a textbook."""

    def __init__(self, options: ClassifierOptions, images: np.ndarray, labels: np.ndarray) -> None:
        self.options = options
        self.images = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1
        self.labels = torch.from_numpy(labels)
        self.network = PlainClassifier(options, len(HAM10000_CODES)).train()
        self.average = averaged_copy(self.network)
        self.optimiser = torch.optim.AdamW(self.network.parameters(), options.lr, weight_decay=options.weight_decay)
        self.steps = 0

    def step(self) -> None:
        """Update the network and the average once."""
        draws = Draws(0, "step", self.steps, CPU, self.options.batch_size)
        chosen = draws.integers(len(self.labels))
        images, label = plain_augment(self.images[chosen], draws), self.labels[chosen]
        loss = F.cross_entropy(self.network(images), label, label_smoothing=self.options.label_smoothing)
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        with torch.no_grad():
            for mine, theirs in zip(self.average.parameters(), self.network.parameters(), strict=True):
                mine.mul_(KEPT).add_(theirs, alpha=1 - KEPT)
        self.steps += 1


def drawn_trainee(options: ClassifierOptions) -> ClassifierTrainee:
    """Return our trainee on drawn lesions."""
    images, labels = _drawn(options.image_size_px)
    nothing = Validation(images[:0], labels[:0], ())
    compute = choose_compute(options.bf16, options.threads)
    return ClassifierTrainee(options, images, labels, HAM10000_CODES, nothing, compute)


def _drawn(size: int) -> tuple[np.ndarray, np.ndarray]:
    labels = np.arange(IMAGES) % len(HAM10000_CODES)
    drawn = [procedural_lesion(HAM10000_CODES[label], seed, size) for seed, label in enumerate(labels)]
    return np.stack(drawn), labels


def comparisons(options: ClassifierOptions | None = None, rounds: int = 9) -> Iterator[Comparison]:
    """Take training steps both ways on drawn lesions, with the same options."""
    options = options or ClassifierOptions()
    ours, plain = drawn_trainee(options), PlainTrainee(options, *_drawn(options.image_size_px))
    batch, size = options.batch_size, options.image_size_px
    format_ours = "bfloat16" if ours.compute.bf16 else "float32"
    name = f"classifier step at {size} px, batch {batch}, {format_ours}"
    yield compare(name, "float32, NCHW, step by step", "images", batch, ours.step, plain.step, rounds)
    if ours.compute.bf16:
        yield share_of_peak(batch, ours)
    steps = itertools.count()

    def draw() -> None:
        draws = Draws(0, "draw", next(steps), CPU, batch)
        augment(ours.batches.draw(draws)[0], draws)

    name = f"augmented batch of {batch} at {size} px"
    yield compare(name, "the whole classifier step it feeds", "images", batch, draw, ours.step, rounds)
