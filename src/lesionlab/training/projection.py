"""Find the latent whose image comes nearest to a given one: how much of the real images can a generator say?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from lesionlab.core.progress import Progress, silent
from lesionlab.core.seeds import latents
from lesionlab.models.exported_generator import ExportedGenerator, to_unit

STARTS = 8  # latents that the search sets out from, the first seeds
STEPS = 200
LEARNING_RATE = 0.1  # falls to zero along a cosine
SCALES = 3  # the image, its half and its quarter: what is coarse must fit before what is fine can
PRIOR = 1e-3  # weight of the latent's distance from where the latents of seeds lie


@dataclass(frozen=True)
class Projection:
    """The best latent found, float32 [latent_dim], its class's position, and its image's distance.

    `error` is the root mean square difference of the pixels, as a share of white, 0..1; `start_error` is that of the
    best image before the search.
    """

    latent: NDArray[np.float32]
    label: int
    error: float
    start_error: float


def project(
    generator: ExportedGenerator,
    latent_dim: int,
    classes: int,
    labels: Sequence[int],
    pixels: NDArray[np.uint8],
    steps: int = STEPS,
    progress: Progress = silent,
) -> Projection:
    """Search by gradient from several latents in each of the classes `labels`; return what comes nearest.

    `pixels` is uint8 [S, S, 3] at the generator's size. The latents stay on the sphere where those of seeds lie,
    nearly: `PRIOR` draws them there (Abdal et al. 2019 search likewise, section 5). The same input gives the same
    result on one machine.
    """
    target = to_unit(pixels)
    label = torch.tensor([each for each in labels for _ in range(STARTS)])
    mix = F.one_hot(label, classes).float()
    first = torch.from_numpy(latents(range(STARTS), latent_dim)).repeat(len(labels), 1)
    latent = first.clone().requires_grad_(True)
    optimiser = torch.optim.Adam([latent], LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    best, best_error = first.clone(), torch.full((len(label),), float("inf"))
    start_error = 0.0
    for step in range(steps + 1):
        image = generator(latent, mix)
        error = (image.detach() - target).square().mean(dim=(1, 2, 3)).sqrt() / 2
        start_error = float(error.min()) if step == 0 else start_error
        nearer = error < best_error
        best[nearer], best_error[nearer] = latent.detach()[nearer], error[nearer]
        progress(step, steps)
        if step == steps:
            break
        loss = torch.stack(list(_differences(image, target))).sum() + PRIOR * _off_the_sphere(latent).sum()
        optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        optimiser.step()
        schedule.step()
    chosen = int(best_error.argmin())
    return Projection(best[chosen].numpy(), int(label[chosen]), float(best_error[chosen]), start_error)


def _differences(image: Tensor, target: Tensor) -> Iterator[Tensor]:
    for scale in range(SCALES):
        if scale:
            image, target = F.avg_pool2d(image, 2), F.avg_pool2d(target, 2)
        yield (image - target).square().mean(dim=(1, 2, 3))


def _off_the_sphere(latent: Tensor) -> Tensor:
    """Return the squared distance of the latents' lengths from the usual one, as a share of it."""
    usual = latent.shape[1] ** 0.5
    away: Tensor = latent.norm(dim=1) / usual - 1
    return away.square() * latent.shape[1]
