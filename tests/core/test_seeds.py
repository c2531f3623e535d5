import numpy as np
import pytest

from lesionlab.core.errors import InputError
from lesionlab.core.seeds import MAX_SEED, derive_seed, latent, latents


def test_roles_do_not_shift_each_other():
    assert derive_seed(0, "step", 1) == derive_seed(0, "step", 1)
    seeds = {derive_seed(0, role, n) for role in ("step", "statistics") for n in range(50)}
    assert len(seeds) == 100
    assert derive_seed("1", 2) != derive_seed(1, 2) != derive_seed(12)
    assert derive_seed(np.str_("mel"), np.int64(2)) == derive_seed("mel", 2)


def test_a_latent_depends_on_its_seed_alone():
    together, alone = latents([5, 6, 7], 16), latents([6], 16)
    assert np.array_equal(together[1], alone[0])
    assert together.dtype == np.float32
    assert not np.array_equal(together[0], together[1])


def test_latents_are_standard_normal():
    drawn = latents(range(400), 64)
    assert abs(drawn.mean()) < 0.02
    assert abs(drawn.std() - 1) < 0.02


def test_a_known_latent_stays_for_ever():
    # Published images are made again from their seeds: this must never change.
    assert latents([7], 3)[0].tolist() == pytest.approx(
        [-1.7496944665908813, 0.5745441317558289, 0.6142833828926086], abs=1e-7
    )


@pytest.mark.parametrize("seed", [-1, MAX_SEED + 1])
def test_seeds_out_of_range_are_refused(seed):
    with pytest.raises(InputError, match="outside"):
        latents([seed], 4)


def test_no_seed_gives_no_row():
    assert latents([], 4).shape == (0, 4)


def test_truncation_draws_again_what_lies_beyond_and_keeps_the_rest():
    free, held = latent(3, 512), latent(3, 512, 1.5)
    inside = np.abs(free) <= 1.5
    assert 0 < (~inside).sum() < 512
    assert np.array_equal(held[inside], free[inside])
    assert np.abs(held).max() <= 1.5
    assert len(np.unique(held)) == 512, "what was beyond is drawn again, not cut off"


def test_truncated_latents_have_the_variance_of_the_truncated_normal():
    drawn = latents(range(400), 64, 1.0)
    assert drawn.var() == pytest.approx(0.2911, abs=0.005)  # 1 - 2 pdf(1) / (2 cdf(1) - 1)
    assert abs(drawn.mean()) < 0.02


def test_a_limit_that_nothing_reaches_changes_nothing():
    assert np.array_equal(latent(3, 64, 10.0), latent(3, 64))


def test_a_known_truncated_latent_stays_for_ever():
    assert latent(7, 3, 1.0).tolist() == pytest.approx(
        [0.29785972833633423, 0.5745441317558289, 0.6142833828926086], abs=1e-7
    )


@pytest.mark.parametrize("truncation", [0, 0.09, -1, 10.5, float("nan"), float("inf")])
def test_truncation_out_of_range_is_refused(truncation):
    with pytest.raises(InputError, match="Truncation"):
        latent(0, 4, truncation)


def test_the_least_truncation_comes_to_an_end():
    assert np.abs(latent(1, 256, 0.1)).max() <= 0.1
