"""Seeds by role, and latents from a counter-based generator keyed by the seed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import InputError

MAX_SEED = 2**53 - 1  # the largest integer that JSON and JavaScript keep exactly
MIN_TRUNCATION, MAX_TRUNCATION = 0.1, 10.0  # standard deviations; one value in thirteen lies within the least


def derive_seed(*parts: int | str) -> int:
    """Return a 63-bit seed that depends on every part, so that adding a role never shifts another's."""
    # NumPy's numbers and words are those that they equal.
    text = "\x1f".join(f"{'str' if isinstance(part, str) else 'int'}:{part}" for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def check_seed(seed: int) -> int:
    """Return the seed when it lies in 0..2^53-1.

    Raises:
        InputError: the seed is outside this range.
    """
    if not 0 <= seed <= MAX_SEED:
        raise InputError(f"Seed {seed} is outside 0..{MAX_SEED}.", "Choose a whole number in this range.")
    return seed


def check_truncation(truncation: float) -> float:
    """Return the truncation when it lies in 0.1..10 standard deviations.

    Raises:
        InputError: it is outside this range, or no number.
    """
    if not MIN_TRUNCATION <= truncation <= MAX_TRUNCATION:
        raise InputError(
            f"Truncation {truncation:g} is outside {MIN_TRUNCATION:g}..{MAX_TRUNCATION:g}.",
            "Give the limit in standard deviations, such as 1.5; leave it out for none.",
        )
    return truncation


def latent(seed: int, latent_dim: int, truncation: float | None = None) -> NDArray[np.float32]:
    """Return a standard normal latent: float32 [latent_dim], by Philox (Salmon et al. 2011) keyed by the seed.

    What lies beyond +-`truncation` is drawn again from the same stream until all lies within (Brock et al. 2019,
    section 3.1); what lies within stays as it is without truncation.

    Raises:
        InputError: seed or truncation is out of range.
    """
    draws = np.random.Generator(np.random.Philox(key=check_seed(seed)))
    values = draws.standard_normal(latent_dim)
    if truncation is not None:
        limit = check_truncation(truncation)
        beyond = np.flatnonzero(np.abs(values) > limit)
        while beyond.size:
            values[beyond] = draws.standard_normal(beyond.size)
            beyond = beyond[np.abs(values[beyond]) > limit]
    return values.astype(np.float32)


def latents(seeds: Sequence[int], latent_dim: int, truncation: float | None = None) -> NDArray[np.float32]:
    """Return latents, one row a seed: float32 [len(seeds), latent_dim]; see `latent`.

    Each row depends on its own seed alone, not on its place in the batch.
    """
    rows = [latent(seed, latent_dim, truncation) for seed in seeds]
    return np.asarray(rows, dtype=np.float32).reshape(len(seeds), latent_dim)
