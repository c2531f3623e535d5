"""Find the latent whose image comes nearest to a given one: how much of the real images can a generator say?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from lesionlab.core.imaging import Pixels
from lesionlab.core.progress import Progress, silent
from lesionlab.inference.latent import latent_of, mix_of
from lesionlab.inference.recipe import KeptLatent, Recipe
from lesionlab.models.exported_generator import ExportedGenerator, to_unit

LEARNING_RATE = 0.3  # falls to zero along a cosine
SCALES = 3  # the image, its half and its quarter: what is coarse must fit before what is fine can
PRIOR = 1e-3  # weight of the latent's distance from where the latents of seeds lie


@dataclass(frozen=True)
class Projection:
    """The recipe of the nearest image found, and the root mean square difference as a share of white, 0..1."""

    recipe: KeptLatent
    error: float


def project(
    generator: ExportedGenerator,
    starts: Sequence[Recipe],
    classes: Sequence[str],
    latent_dim: int,
    pixels: Pixels,
    steps: int,
    progress: Progress = silent,
) -> Projection:
    """Search by gradient from the latents of `starts`, each in its own diagnosis; return what comes nearest.

    `pixels` is uint8 [S, S, 3] at the generator's size, `classes` those of its card. The latents stay on the sphere
    where those of seeds lie, nearly: `PRIOR` draws them there (Abdal et al. 2019 search likewise, section 5). The same
    input gives the same result on one machine with one number of threads.
    """
    target = to_unit(pixels)
    mix = torch.from_numpy(np.stack([mix_of(each, classes) for each in starts]))
    latent = torch.from_numpy(np.stack([latent_of(each, latent_dim) for each in starts])).requires_grad_(True)
    optimiser = torch.optim.Adam([latent], LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    best, errors = latent.detach().clone(), torch.full((len(starts),), float("inf"))
    for step in range(steps + 1):
        image = generator(latent, mix)
        error = (image.detach() - target).square().mean(dim=(1, 2, 3)).sqrt() / 2
        nearer = error < errors
        best[nearer], errors[nearer] = latent.detach()[nearer], error[nearer]
        progress(step, steps, error=float(errors.min()))
        if step == steps:
            break
        loss = torch.stack(list(_differences(image, target))).sum() + PRIOR * _off_the_sphere(latent).sum()
        optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        optimiser.step()
        schedule.step()
    chosen = int(errors.argmin())
    return Projection(KeptLatent(tuple(best[chosen].tolist()), starts[chosen].diagnosis), float(errors[chosen]))


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
