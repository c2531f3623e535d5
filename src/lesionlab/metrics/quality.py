"""FID, KID, precision, recall, density and coverage at once: each inner product is worked out a single time."""

from __future__ import annotations

from dataclasses import dataclass

from lesionlab.metrics.fid import frechet, moments
from lesionlab.metrics.gram import points, read
from lesionlab.metrics.kid import KernelSum, unbiased
from lesionlab.metrics.prdc import Balls, Prdc, radii_of
from lesionlab.metrics.space import Features, check_sets


@dataclass(frozen=True)
class Quality:
    """What `fid`, `kid` and `prdc` say of two sets."""

    fid: float
    kid: float
    prdc: Prdc


def quality(real: Features, fake: Features, nearest_k: int = 5) -> Quality:
    """Return the three metrics of float32 [n, d] and [m, d] in one pass over their inner products.

    Raises:
        InputError: a set has no more than `nearest_k` images, different widths, or values not finite.
    """
    check_sets(real, fake, nearest_k + 1)
    one, other = points(real, fake)
    within_real, within_fake, across = KernelSum(one, one), KernelSum(other, other), KernelSum(one, other)
    real_radii, fake_radii = radii_of(one, nearest_k), radii_of(other, nearest_k)
    read(one, one, within_real, real_radii)
    read(other, other, within_fake, fake_radii)
    balls = Balls(one, other, real_radii.squared[:, -1], fake_radii.squared[:, -1])
    read(one, other, across, balls)
    return Quality(
        fid=frechet(moments(real), moments(fake)),
        kid=unbiased(real, fake, within_real, within_fake, across),
        prdc=balls.prdc(nearest_k),
    )
