"""Seeds by role, and latents from a counter-based generator keyed by the seed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lesionlab.core.errors import InputError

MAX_SEED = 2**53 - 1  # the largest integer that JSON and JavaScript keep exactly


def derive_seed(*parts: int | str) -> int:
    """Return a 63-bit seed that depends on every part, so that adding a role never shifts another's."""
    text = "\x1f".join(f"{type(part).__name__}:{part}" for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def check_seed(seed: int) -> int:
    """Return the seed when it lies in 0..2^53-1.

    Raises:
        InputError: the seed is outside this range.
    """
    if not 0 <= seed <= MAX_SEED:
        raise InputError(f"Seed {seed} is outside 0..{MAX_SEED}.", "Choose a whole number in this range.")
    return seed


def latents(seeds: Sequence[int], latent_dim: int) -> NDArray[np.float32]:
    """Return standard normal latents, one row a seed: float32 [len(seeds), latent_dim].

    Each row depends on its own seed alone (Philox, Salmon et al. 2011), not on its place in the batch.
    """
    rows = [np.random.Generator(np.random.Philox(key=check_seed(s))).standard_normal(latent_dim) for s in seeds]
    return np.asarray(rows, dtype=np.float32).reshape(len(seeds), latent_dim)
